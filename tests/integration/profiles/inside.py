"""The probe as a script under a profile: questions from here, answers from inside.

Runs in the test's own process.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later


class Inside:
    """What the probe says under a profile. lines: see probe.c."""

    def __init__(self, *lines):
        self.asked, self.answers = list(dict.fromkeys(lines)), {}

    def run(self, peer, profile):
        verdict = peer.call(profile=profile, stdin="\n".join(self.asked).encode(),
                            timeout_ms=60000)
        assert verdict.allow, (profile, verdict)
        said = iter(verdict.script["stdout_tail"].splitlines())
        for line in self.asked:
            if line[0] == "f":
                self.answers[line] = "\n".join(iter(lambda: next(said), "."))
            else:
                self.answers[line] = next(said)
        return self

    def text(self, line):
        return self.answers[line]

    def number(self, line):
        return int(self.answers[line])
