"""Each record of a log of 1,000, tampered with in every way: it is found, and named."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess

from admin.support import ENVIRONMENT, build

from .conftest import RECORDS

def test_every_tampering_with_one_record_is_found_and_named_at_each_record(logs, written):
    path = logs.write("service.log", written)
    done = subprocess.run([build() / "tests/unit/verify_each", path], env=ENVIRONMENT,
                          capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    tried = {name: int(count) for name, count in map(str.split, done.stdout.splitlines())}
    # What joins the last record to a next one, removes it or swaps it is not there, or cuts.
    assert tried == {"change": RECORDS, "insert": RECORDS, "truncate": RECORDS,
                     "delete": RECORDS - 1, "join": RECORDS - 1, "swap": RECORDS - 1}
