"""The suites, in the order in which they run: what is soon known first, the slow ones last."""
# SPDX-License-Identifier: LGPL-2.1-or-later

from collections.abc import Callable
from dataclasses import dataclass

import analyze
import compiled
import formatting
import libvirt
import matrix
import oldkernel
import packages
import pytested
import selinux_policy
import structure
from demo import demo
from outcome import Case
from pytested import at_once

ATTACKS = "tests/integration/attacks"
REAL = "tests/integration/real"
NOT_BUILT = "tests/integration/copies/test_not_built.py"
INTEGRATION = ["tests/integration", f"--ignore={libvirt.TESTS}", f"--ignore={ATTACKS}",
               f"--ignore={REAL}", f"--ignore={NOT_BUILT}"]


@dataclass(frozen=True)
class Suite:
    """A suite; run returns what became of its cases. A slow one runs with --all or by name only.

    One that is by_name does not run with --all either.
    """
    name: str
    about: str
    run: Callable[[], list[Case]]
    slow: bool = False
    by_name: bool = False


def suites():
    return [
        Suite("format", "clang-format, shellcheck, licences, paths", formatting.suite),
        Suite("tools", "the tests of tools/test itself",
              lambda: pytested.pytest("tools", "tests/tools", timeout=300)),
        Suite("build-gcc", "builds with gcc, -Werror", lambda: compiled.builds_with("gcc")),
        Suite("structure", "a wrong include does not build", structure.suite),
        Suite("unit", "unit tests", lambda: compiled.unit("gcc", "unit")),
        Suite("integration", "helper, client, shim and tool, without libvirtd",
              lambda: pytested.against("gcc", "integration", *at_once(3), *INTEGRATION,
                                       timeout=1800)),
        Suite("real", "scripts in the way of real ones do their work under the shipped profiles",
              lambda: pytested.against("gcc", "real", REAL, timeout=1200)),
        Suite("build-clang", "builds with clang, -Werror",
              lambda: compiled.builds_with("clang"), slow=True),
        Suite("default-link", "what is off by default is not in the helper, which says so",
              lambda: pytested.against("default", "default-link", NOT_BUILT, timeout=300),
              slow=True),
        Suite("unit-asan", "unit tests under ASan and UBSan",
              lambda: compiled.unit("asan", "unit-asan"), slow=True),
        Suite("unit-valgrind", "unit tests under valgrind",
              lambda: compiled.unit("gcc", "unit-valgrind", compiled.VALGRIND), slow=True),
        Suite("analyze", "static analysis", analyze.suite, slow=True),
        Suite("integration-asan", "the same as integration under ASan and UBSan",
              lambda: pytested.against("asan", "integration-asan", *at_once(2), *INTEGRATION,
                                       timeout=2700),
              slow=True),
        Suite("attacks", "each attack succeeds unconfined and fails under the profiles",
              lambda: pytested.against("gcc", "attacks", ATTACKS, timeout=1800), slow=True),
        Suite("matrix", "the helper's suites under each profile, without each kernel feature",
              matrix.pairs, slow=True, by_name=True),
        Suite("matrix-full", "the same for all pairs of them; half an hour",
              matrix.full, slow=True, by_name=True),
        Suite("oldkernel", "a machine with Linux 6.1: its Landlock, its limits", oldkernel.suite,
              slow=True),
        Suite("selinux", "the SELinux module: promises, what scripts reach, enforced in a machine",
              selinux_policy.suite, slow=True),
        Suite("packages", "packages are built, installed, run by systemd, upgraded, removed",
              packages.suite, slow=True),
        Suite("libvirt", "real daemons with virthook before them, in them, and without it",
              libvirt.suite, slow=True),
        Suite("demo", "tools/demo runs to its end", demo, slow=True),
    ]
