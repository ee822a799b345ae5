"""The packages themselves."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess

from chroot import ENVIRONMENT, STUCK

PROGRAM = """
#include <stdio.h>
#include <virthook.h>
int main(void) { puts(virthook_version()); return 0; }
"""


def run(*argv, **more):
    return subprocess.run(argv, env=ENVIRONMENT | more, capture_output=True, text=True,
                          timeout=STUCK, check=False)


def test_lintian_finds_no_error_and_no_warning(built):
    done = run("lintian", "--allow-root", "--no-cfg", "--fail-on", "error,warning",
               next(built.glob("*.changes")))
    assert (done.returncode, done.stdout) == (0, "")


def test_it_would_find_one(debs, tmp_path):
    run("dpkg-deb", "-R", debs["virthook"], tmp_path / "tree")
    (tmp_path / "tree/usr/bin/virt-hook").chmod(0o4777)
    run("dpkg-deb", "-b", tmp_path / "tree", tmp_path / "virthook_0.1.0-1_amd64.deb")
    done = run("lintian", "--allow-root", "--no-cfg", "--fail-on", "error,warning",
               tmp_path / "virthook_0.1.0-1_amd64.deb")
    assert done.returncode != 0 and "elevated-privileges" in done.stdout


def test_the_configuration_is_the_admin_s(debs):
    done = run("dpkg-deb", "-I", debs["virthook"], "conffiles")
    assert done.stdout.split() == ["/etc/logrotate.d/virthook",
                                   "/etc/virthook/profiles.d/50-shipped.conf",
                                   "/etc/virthook/virthook.conf"]


def test_a_program_is_built_with_the_development_files(debs, tmp_path):
    for name in ("libvirthook0", "libvirthook-dev"):
        assert run("dpkg-deb", "-x", debs[name], tmp_path).returncode == 0
    library = next(tmp_path.glob("usr/lib/*/libvirthook.so")).parent
    flags = run("pkg-config", "--cflags", "--libs", "virthook",
                PKG_CONFIG_LIBDIR=str(library / "pkgconfig"),
                PKG_CONFIG_SYSROOT_DIR=str(tmp_path)).stdout.split()
    source = tmp_path / "program.c"
    source.write_text(PROGRAM, "utf-8")
    done = run("gcc", "-Wall", "-Werror", source, "-o", tmp_path / "program", *flags)
    assert done.returncode == 0, done.stderr
    done = run(tmp_path / "program", LD_LIBRARY_PATH=str(library))
    assert done.stdout == "0.1.0\n"
