"""The metrics' units write them with next to no power; the alerts fire on what a host tells."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import re
import shlex

import pytest
from prometheus_client.parser import text_string_to_metric_families

from install.conftest import run

from .conftest import FLEET

METRICS = FLEET / "metrics"
SERVICE = METRICS / "virthook-metrics.service"
ALERTS = METRICS / "virthook-alerts.yml"
WRITTEN = "/var/lib/prometheus/node-exporter/virthook.prom"
EXPOSURE_MOST = 2.0
AFTER = 30  # minutes at which something happens in the tests of alerts


def command():
    return re.search(r"^ExecStart=(.*)$", SERVICE.read_text(encoding="utf-8"), re.MULTILINE)[1]


def test_systemd_finds_nothing_wrong_with_the_units(installed):
    done = installed.run("systemd-analyze", "verify", "--man=no", SERVICE,
                         METRICS / "virthook-metrics.timer")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_service_is_left_with_little(installed):
    done = installed.run("systemd-analyze", "security", "--offline=yes", "--no-pager", SERVICE)
    said = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert float(said[1]) <= EXPOSURE_MOST, done.stdout


def test_cron_runs_the_same_as_the_timer():
    line = METRICS.joinpath("virthook-metrics.cron").read_text(encoding="utf-8").splitlines()[-1]
    assert line.split(" virt-hook ")[1] == command().split("/virt-hook ")[1]


def write_metrics(host, capabilities):
    """The service's command with these of root's capabilities, over a log of the helper's user."""
    host.sh("chown virthook: /var/log/virthook/*.log")
    return host.run("setpriv", f"--bounding-set=-all{capabilities}", "--inh-caps=-all",
                    *shlex.split(command()))


def test_metrics_are_written_with_the_capability_that_the_unit_leaves(host):
    host.hook("exit 3")
    host.call()
    kept = re.search(r"^CapabilityBoundingSet=CAP_(\w+)$", SERVICE.read_text(encoding="utf-8"),
                     re.MULTILINE)[1]
    done = write_metrics(host, f",+{kept.lower()}")
    assert done.returncode == 0, done.stderr
    assert 'virthook_calls_total{driver="qemu",verdict="deny"} 1\n' in host.done("cat", WRITTEN)


def test_without_it_the_log_would_be_closed_to_the_service(host):
    host.hook("exit 3")
    host.call()
    done = write_metrics(host, "")
    assert done.returncode != 0 and "/var/log/virthook" in done.stderr


@pytest.fixture
def firing(tmp_path):
    """Which alerts fire at a minute, by Prometheus' own judgement; series: {series: values}."""
    def judge(series, minute):
        names = re.findall(r"- alert: (\w+)", ALERTS.read_text(encoding="utf-8"))
        for wanted in names:
            assert fires(series, minute, wanted) != fires(series, minute, wanted, count=0)
        return {name for name in names if fires(series, minute, name)}

    def fires(series, minute, name, count=1):
        expected = [{"labels": f'{{alertname="{name}"}}', "value": 1}] if count else []
        expr = f'count by (alertname) (ALERTS{{alertstate="firing",alertname="{name}"}})'
        test = {"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": [{
            "interval": "1m",
            "input_series": [{"series": key, "values": value} for key, value in series.items()],
            "promql_expr_test": [{"expr": expr, "eval_time": f"{minute}m",
                                  "exp_samples": expected}]}]}
        path = tmp_path / "alerts-test.yml"
        path.write_text(json.dumps(test), encoding="utf-8")  # which is YAML, too
        return run("promtool", "test", "rules", path).returncode == 0

    return judge


def test_prometheus_takes_the_rules():
    done = run("promtool", "check", "rules", ALERTS)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def told(host):
    """{series: value} of a host on which a call was denied and another's time was up."""
    host.hook("case $1 in d2) exit 3 ;; d3) exec sleep 60 ;; esac")
    for guest in ("d1", "d2"):
        host.call(guest)
    host.run("virt-hook", "run", "--timeout", "1", "qemu", "d3", "prepare", "begin")
    text = host.done("virt-hook", "stats", "--openmetrics")
    return {f"{sample.name}{{instance=\"h1\",{labels(sample)}}}": sample.value
            for family in text_string_to_metric_families(text) for sample in family.samples}


def labels(sample):
    return ",".join(f"{name}={json.dumps(value)}" for name, value in sample.labels.items())


def test_the_rules_name_metrics_that_a_host_tells(told):
    named = set(re.findall(r"\bvirthook_\w+", re.sub(r"(?m)^ *#.*$", "", ALERTS.read_text(
        encoding="utf-8"))))
    assert named and named <= {series.split("{")[0] for series in told}


def test_what_a_host_tells_for_the_first_time_fires_and_is_over_when_nothing_is_new(told, firing):
    series = {key: f"_x{AFTER} {value}x90" for key, value in told.items()}
    assert firing(series, AFTER - 1) == set()
    assert firing(series, AFTER + 2) == {"VirthookCallsDenied", "VirthookScriptTimedOut"}
    assert firing(series, AFTER + 40) == set()


@pytest.mark.parametrize("alert, series", [
    ("VirthookRecordsLost", "virthook_records_lost_total"),
    ("VirthookScriptNotRun", "virthook_script_not_run_total"),
    ("VirthookScriptTimedOut", "virthook_script_timeouts_total"),
    ("VirthookCallsDenied", 'virthook_calls_total{verdict="deny"}'),
    ("VirthookSystemCallsRefused", "virthook_script_denied_system_calls_total"),
])
def test_one_more_of_many_fires(firing, alert, series):
    assert firing({series: f"7x{AFTER} 8x30"}, AFTER + 2) == {alert}
    assert firing({series: f"7x{AFTER} 7x30"}, AFTER + 2) == set()


def test_a_script_that_takes_long_fires(firing):
    bucket = "virthook_script_duration_seconds_bucket"
    slow = {f'{bucket}{{le="10.0"}}': "0x90", f'{bucket}{{le="30.0"}}': "0+1x90",
            f'{bucket}{{le="+Inf"}}': "0+1x90"}
    quick = {series: "0+1x90" for series in slow}
    assert firing(slow, 60) == {"VirthookScriptSlow"}
    assert firing(quick, 60) == set()


def test_metrics_that_are_no_longer_written_fire(firing):
    written = 'node_textfile_mtime_seconds{file="/var/lib/prometheus/node-exporter/virthook.prom"}'
    assert firing({written: "0x60"}, 40) == {"VirthookMetricsOld"}
    assert firing({written: "0+60x60"}, 40) == set()
