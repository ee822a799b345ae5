"""Where the log is, as the configuration says it; the folder need not be there yet."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pwd
import stat

from . import log


def run_once(place, start):
    helper = start(audit=False)
    assert helper.peer.call().allow
    assert helper.end() == 0


def test_a_slash_at_the_end_makes_a_folder_with_a_log_of_the_helper_s_name(place, start):
    place.configure(f'audit = "{place.root}/logs/virthook/"\n')
    run_once(place, start)
    folder = place.root / "logs/virthook"
    assert [path.name for path in folder.iterdir()] == ["service.log"]
    found = folder.stat()
    assert (found.st_uid, found.st_gid) == (pwd.getpwnam("virthook").pw_uid, 0)
    assert stat.S_IMODE(found.st_mode) == 0o770
    assert len(log.of_type(log.read(folder / "service.log"), "end")) == 1


def test_without_one_it_is_the_log_itself(place, start):
    place.configure(f'audit = "{place.root}/logs/virthook"\n')
    run_once(place, start)
    assert len(log.of_type(log.read(place.root / "logs/virthook"), "end")) == 1


def test_a_folder_that_is_there_needs_no_slash(place, start):
    place.configure(f'audit = "{place.folder("logs", 0o700)}"\n')
    run_once(place, start)
    assert len(log.of_type(log.read(place.root / "logs/service.log"), "end")) == 1
