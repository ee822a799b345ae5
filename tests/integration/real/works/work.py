"""What is told of one script. Runs in the test's own process."""
# SPDX-License-Identifier: LGPL-2.1-or-later

from dataclasses import dataclass, field


@dataclass
class Work:
    """script: PROFILE/NAME in scripts/. does: the (operation, sub-operation) that make its effect,
    undoes: those that take it back. refused: what `denied` must name under isolated; told: what
    the script itself must say there, where a file's permissions refuse it and no system call.
    tried: what its programs try besides under its own profile, are refused, and do without.
    unconfined: the profile under which it does all of this without being held."""
    script: str
    does: tuple = (("prepare", "begin"),)
    undoes: tuple = (("release", "end"),)
    refused: tuple = ()
    told: str = ""
    tried: tuple = ()
    unconfined: str = "unconfined"
    guest: str = "web"
    xml: str | None = field(default=None, repr=False)

    @property
    def profile(self):
        return self.script.partition("/")[0]

    def lacks(self, host):  # pylint: disable=unused-argument
        """Why this kernel or machine cannot show it, or nothing."""
        return None

    def arrange(self, host):
        """What is there before the script runs."""

    def has_effect(self, host):
        """Whether it is seen, from outside, that the script did its work."""
        raise NotImplementedError

    def clean_up(self, host):
        """Put back what is the machine's and not the cell's, whatever the script did."""
