"""Layouts of hooks as admins have them; each is made in libvirt's directory."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

DISPATCHER = ('#!/bin/bash\n# Runs /etc/libvirt/hooks/qemu.d/GUEST/OPERATION/SUB-OPERATION.\n'
              'for hook in "$0.d/$1/$2/$3"/*; do "$hook" "$@"; done\n')


def nothing(_trees):
    pass


def flat(trees):
    trees.write("qemu", "#!/bin/sh\necho flat\n")


def folder_alone(trees):
    trees.write("qemu.d/10-first")
    trees.write("qemu.d/20-second")


def script_and_folder(trees):
    trees.write("qemu")
    trees.write("qemu.d/10-first")
    trees.write("network")
    trees.write("network.d/50-nat")


def per_guest(trees):
    trees.write("qemu", DISPATCHER)
    trees.write("qemu.d/win10/prepare/begin/start.sh")
    trees.write("qemu.d/win10/release/end/revert.sh")
    trees.write("qemu.d/default/started/begin")


def links_to_elsewhere(trees):
    elsewhere = trees.folder / "scripts"
    elsewhere.mkdir()
    elsewhere.joinpath("shared").write_text("#!/bin/sh\n")
    elsewhere.joinpath("shared").chmod(0o755)
    trees.link("qemu", elsewhere / "shared")
    trees.link("lxc.d/10-shared", elsewhere / "shared")
    trees.link("lxc.d/20-nowhere", "/no/such/file")


def links_to_one_script(trees):
    trees.write("qemu")
    trees.link("network", "qemu")
    trees.link("lxc", "./qemu")


def one_script_for_several_drivers(trees):
    links_to_one_script(trees)
    trees.link("daemon.d/10-qemu", "../qemu")


def one_script_beside(trees):
    trees.write("common.sh")
    trees.link("qemu", "common.sh")
    trees.link("network", "common.sh")


def hard_links(trees):
    qemu = trees.write("qemu")
    os.link(qemu, trees.libvirt / "libxl")


def files_beside(trees):
    trees.write("qemu", '#!/bin/sh\n. "$(dirname "$0")/kvm.conf"\n')
    trees.write("kvm.conf", "VIRSH_GPU=pci_0000_01_00_0\n", 0o644)
    trees.write("hooks.json", "{}\n", 0o600)
    trees.write("lib/functions.sh", "true\n", 0o644)


def odd_modes(trees):
    trees.write("qemu", mode=0o500)
    trees.write("qemu.d/not-executable", mode=0o644)
    trees.write("qemu.d/no-mode", mode=0o000)
    trees.write("qemu.d/closed/script", mode=0o711)
    trees.libvirt.joinpath("qemu.d/closed").chmod(0o2700)
    trees.libvirt.chmod(0o711)


def odd_owners(trees):
    os.chown(trees.write("qemu"), 0, 12345)
    os.chown(trees.write("qemu.d/10-first"), 0, 54321)
    os.chown(trees.libvirt / "qemu.d", 0, 12345)


def spaces_and_bytes(trees):
    trees.write("qemu.d/my guest/prepare/begin/a script with  spaces.sh")
    trees.write("qemu.d/new\nline")
    trees.write("qemu.d/ünïcode")
    trees.write("notes of mine.txt", "x\n", 0o644)
    trees.libvirt.joinpath("qemu.d", os.fsdecode(b"\xff\xfe")).write_bytes(b"\0\xff")


def empty_folders(trees):
    for name in ("qemu.d", "lxc.d/guest/prepare", "archive"):
        trees.libvirt.joinpath(name).mkdir(parents=True)


def every_driver(trees):
    for driver in ("qemu", "network", "lxc", "libxl", "bhyve", "daemon"):
        trees.write(driver)
        trees.write(f"{driver}.d/10-first")
        trees.write(f"{driver}.d/.hidden~")


def extended_attributes(trees):
    os.setxattr(trees.write("qemu"), "trusted.note", b"kept")
    os.setxattr(trees.write("qemu.d/10-first"), "trusted.note", b"kept as well")


LAYOUTS = [nothing, flat, folder_alone, script_and_folder, per_guest, links_to_elsewhere,
           links_to_one_script, one_script_for_several_drivers, one_script_beside, hard_links,
           files_beside, odd_modes, odd_owners, spaces_and_bytes, empty_folders, every_driver,
           extended_attributes]
