"""A log of any length: one chain, made after records that a helper wrote.

Runs in the test's own process. Three seconds or so, and 700 bytes or so a record.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import hashlib
import json

CHAIN = "0123456789abcdef"
GUESTS = 1000

# Records that are written at once.
BATCH = 1000


def _template(line):
    """The record without its place in a chain, and %d, %s for its call's number and its guest."""
    record = json.loads(line)
    for key in ("chain", "seq", "prev", "hash"):
        del record[key]
    text = json.dumps(record, separators=(",", ":"))[:-1].replace("%", "%%")
    if "call" in record:
        instance = record["call"].partition("-")[0]
        text = (text.replace(f'"call":"{record["call"]}"', f'"call":"{instance}-%d"')
                .replace(f'"object":"{record["object"]}"', '"object":"%s"'))
    return text.encode()


def write_long_log(path, lines, records):
    """Writes so many records: an open, calls of guest0 to guest999 by turns, a close.

    The lines have one of each type: open, begin, end, close. An even number.
    """
    form = {json.loads(line)["type"]: _template(line) for line in lines}
    seq, prev, batch = 0, b"0" * 64, []

    def seal(text):
        nonlocal seq, prev
        seq += 1
        hashed = b'%s,"chain":"%s","seq":%d,"prev":"%s"' % (text, CHAIN.encode(), seq, prev)
        prev = hashlib.sha256(hashed).hexdigest().encode()
        batch.append(b'%s,"hash":"%s"}\n' % (hashed, prev))

    with open(path, "wb") as out:
        seal(form["open"] % ())
        for number in range(1, records // 2):
            about = (number, b"guest%d" % (number % GUESTS))
            seal(form["begin"] % about)
            seal(form["end"] % about)
            if len(batch) >= BATCH:
                out.writelines(batch)
                batch.clear()
        seal(form["close"] % ())
        out.writelines(batch)
