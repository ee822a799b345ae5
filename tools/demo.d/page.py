"""How the demo looks: columns as wide as the terminal allows, calm wrapping, colour where welcome.

Colour only on a terminal that has it, and not where NO_COLOR is set (https://no-color.org).
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import itertools
import os
import sys
import textwrap

NARROWEST, WIDEST, NOT_A_TERMINAL = 60, 120, 100

STYLES = {"strong": "1", "dim": "2", "good": "32", "bad": "31", "calm": ""}

# Signs for where the terminal's encoding lacks them.
PLAIN = str.maketrans({"─": "-", "…": "...", "✓": "+", "✗": "x"})

# Columns of the table: the side, what was said, how long it took, the audit record.
MARGIN, SIDE, TOOK, GAP = 1, 8, 6, 2


class ReaderGone(Exception):
    """Nobody reads the page any more."""


class Page:
    """What is printed goes through here; stream is a text stream, environ that of the process."""

    def __init__(self, stream, environ):
        self._stream = stream
        self._terminal = stream.isatty()
        self._colour = (self._terminal and not environ.get("NO_COLOR")
                        and environ.get("TERM", "dumb") != "dumb")
        self._columns = environ.get("COLUMNS", "")
        self._signs = can_write("─…✓✗", stream.encoding)
        self._waits = False
        stream.reconfigure(errors="replace")

    @property
    def width(self):
        """Looked up anew each time: terminals change."""
        wanted = int(self._columns) if self._columns.isdigit() else NOT_A_TERMINAL
        if self._terminal:
            wanted = os.get_terminal_size(self._stream.fileno()).columns or 80
        return max(NARROWEST, min(WIDEST, wanted))

    # the parts of a page

    def title(self, text):
        self._print(text, "strong")
        self._print()

    def fact(self, name, text):
        """A line of what all that follows is seen on."""
        indent = MARGIN + SIDE + GAP
        first, *rest = self._wrapped(text, self.width - indent)
        self._print_pieces([(f"{'':{MARGIN}}{name:<{SIDE}}{'':{GAP}}", "dim"), (first, "calm")])
        for line in rest:
            self._print(" " * indent + line)

    def scene(self, number, title, code):
        """The head of what follows: a hook, and its code."""
        self.rule()
        self._print(f"{number}  {title}", "strong")
        for line in code:
            self._print(f"{'':{MARGIN + SIDE + GAP}}{line}", "dim")
        self._print()

    def heads(self):
        """The names of the columns."""
        said, _ = self._widths()
        self._print(f"{'':{MARGIN + SIDE + GAP}}{'virsh said':<{said + GAP}}{'took':>{TOOK}}"
                    f"{'':{GAP}}audit record", "dim")

    def side(self, name, said, record):
        """What one side said (words.Said) and recorded (lines), beside each other."""
        said_width, record_width = self._widths()
        left = [line for each in said for line in self._said(each, said_width)]
        right = [line for each in record for line in self._wrapped(each, record_width)]
        for text, record_line in itertools.zip_longest(left, right, fillvalue=None):
            text, took, tone = text or ("", "", "calm")
            self._print_pieces([
                (f"{'':{MARGIN}}{name:<{SIDE}}{'':{GAP}}", "strong"),
                (f"{text:<{said_width}}{'':{GAP}}{took:>{TOOK}}{'':{GAP}}", tone),
                (record_line or "", "calm")])
            name = ""
        self._print()

    def promises(self, promises):
        """[(promise, whether it was kept)], the broken ones first and apart."""
        broken = [promise for promise, kept in promises if not kept]
        kept = [promise for promise, kept in promises if kept]
        for promise in broken:
            self._hanging(f" ✗ NOT as promised: {promise}", "bad")
        if kept:
            self._hanging(f" ✓ as promised: {'; '.join(kept)}", "good")

    def rule(self):
        self._print("─" * self.width, "dim")

    def table(self, heads, rows):
        """Columns as wide as their texts, for short texts."""
        widths = [max(len(row[n]) for row in [heads, *rows]) for n in range(len(heads))]
        for row, style in [(heads, "dim"), *((row, "calm") for row in rows)]:
            cells = [f"{text:<{width}}" for text, width in zip(row, widths)]
            self._print(" " * MARGIN + (" " * GAP).join(cells), style)
        self._print()

    def closing(self, text, well):
        self._print(text, "good" if well else "bad")
        self._print()

    def paragraph(self, head, text):
        self._print(head, "strong")
        for line in textwrap.wrap(self._plain(text), self.width, break_on_hyphens=False):
            self._print(line)

    def failure(self, text):
        """Why there is no more, on stderr."""
        self._clear_status()
        print(f"tools/demo: {text}", file=sys.stderr)

    def status(self, text):
        """On a terminal, a line that the next one replaces: what is being waited for."""
        if self._terminal:
            self._clear_status()
            self._write(self._styled(self._plain(f"{text} …")[:self.width - 1], "dim"))
            self._waits = True

    # how they are made

    def _widths(self):
        """The columns' widths of what was said, and of the record."""
        free = self.width - MARGIN - SIDE - TOOK - 3 * GAP
        said = free * 8 // 13
        return said, free - said

    def _said(self, said, width):
        """[(text, took, tone)], a line each."""
        first, *rest = self._wrapped(said.text, width)
        return [(first, said.took, said.tone), *((line, "", said.tone) for line in rest)]

    def _wrapped(self, text, width):
        return [piece for line in self._plain(text).split("\n")
                for piece in textwrap.wrap(line, width, subsequent_indent="  ",
                                           break_on_hyphens=False)]

    def _hanging(self, text, style):
        for line in textwrap.wrap(self._plain(text), self.width, subsequent_indent="   ",
                                  break_on_hyphens=False):
            self._print(line, style)

    def _plain(self, text):
        """What the terminal's encoding can say of it."""
        return text if self._signs else text.translate(PLAIN)

    def _styled(self, text, style):
        code = STYLES[style]
        return f"\033[{code}m{text}\033[0m" if self._colour and code and text.strip() else text

    def _print(self, text="", style="calm"):
        self._print_pieces([(text, style)])

    def _print_pieces(self, pieces):
        """One line of [(text, style)]; no white space at its end."""
        while pieces and not pieces[-1][0].strip():
            pieces.pop()
        if pieces:
            pieces[-1] = (pieces[-1][0].rstrip(), pieces[-1][1])
        self._clear_status()
        self._write("".join(self._styled(self._plain(t), style) for t, style in pieces) + "\n")

    def _clear_status(self):
        if self._waits:
            self._waits = False
            self._write("\r" + " " * (self.width - 1) + "\r")

    def _write(self, text):
        try:
            self._stream.write(text.replace("\N{NO-BREAK SPACE}", " "))
            self._stream.flush()
        except BrokenPipeError as error:
            raise ReaderGone from error


def can_write(text, encoding):
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
