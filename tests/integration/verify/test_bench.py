"""tools/bench log runs to its end and has a figure for each command."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import subprocess
from pathlib import Path

from admin.support import ENVIRONMENT, build

BENCH = Path(__file__).resolve().parents[3] / "tools/bench"


def test_it_tells_time_memory_and_the_ratio_of_each_command(tmp_path):
    figures = tmp_path / "figures.json"
    done = subprocess.run([BENCH, "log", "--build", build(), "--records", "2000", "--rounds", "1",
                           "--json", figures], env=ENVIRONMENT, capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert found["records"] == 2000
    assert [figure["command"] for figure in found["figures"]] == [
        "sha256sum", "log --verify", "log --head", "log --guest", "log -n 10", "stats"]
    assert all(figure["command"] in done.stdout for figure in found["figures"])
