"""Namespaces that helpers of root's keep, pinned to files beside guest_tmp: they outlive them."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess


def unpin(folder):
    """Give up those of all helpers that had their guest_tmp in this folder, so that it can go."""
    for spaces in folder.glob("*.spaces"):
        subprocess.run(["/bin/umount", "--recursive", "--lazy", spaces], check=False,
                       stderr=subprocess.DEVNULL)
