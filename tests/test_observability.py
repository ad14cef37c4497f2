import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT
from latchkey.infra import logs
from latchkey.infra.metrics import exposition
from tests.measured import Change
from tests.servers import find_program

FOLDER = ROOT / "deploy" / "observability"
ALERTS = FOLDER / "alerts.yaml"
BOARD = json.loads((FOLDER / "board.json").read_text())
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()

# What Prometheus sees, and the alert that comes of it after so many minutes.
STORIES = {
    "LatchkeyDown": ('up{job="latchkey", instance="one"}', "0x60"),
    "LatchkeyKeyRefused": (
        'latchkey_upstream_errors_total{call="nylas_connectors", kind="4xx"}', "0+1x60",
    ),
    "LatchkeyNothingConnects": ('latchkey_sign_in_outcomes_total{outcome="failed"}', "0+2x60"),
    "LatchkeyProviderFails": (
        'latchkey_sign_ins_total{provider="imap", outcome="failed", reason="rejected"}', "0+2x60",
    ),
    "LatchkeyRedisLost": ('latchkey_redis_lost{instance="one"}', "1x60"),
    "LatchkeyWebhooksLost": ('latchkey_webhooks_total{outcome="given_up"}', "0+1x60"),
    "LatchkeyFailsItself": ("latchkey_unexpected_errors_total", "0+1x60"),
    "LatchkeyQueue": ('latchkey_limits_total{kind="nylas_silent"}', "0+1x60"),
}  # fmt: skip


def alerts() -> list[str]:
    return re.findall(r"- alert: (\w+)", ALERTS.read_text())


def families() -> dict[str, str]:
    """The kind of every metric there is, by name."""
    return dict(re.findall(r"^# TYPE (\w+) (\w+)$", exposition().decode(), re.M))


def series() -> set[str]:
    names = set()
    for name, kind in families().items():
        ends = ("_bucket", "_count", "_sum") if kind == "histogram" else ("",)
        names |= {f"{name}{end}" for end in ends}
    return names


def test_prometheus_takes_the_rules() -> None:
    command = [find_program("promtool"), "check", "rules", str(ALERTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("alert", STORIES)
def test_an_alert_fires_when_it_should_and_not_when_all_is_well(alert: str, tmp_path: Path) -> None:
    name, values = STORIES[alert]
    labels = re.findall(r'(provider|instance)="(\w+)"', name)
    # Only those that the expression keeps, and the severity of the rule.
    rule = ALERTS.read_text().partition(f"alert: {alert}\n")[2].partition("- alert")[0]
    severity = re.search(r"severity: (\w+)", rule)
    summary = re.search(r'summary: "([^"]+)"', rule)
    runbook = re.search(r'runbook: "([^"]+)"', rule)
    assert severity
    assert summary
    assert runbook
    kept = dict(labels) if re.search(r"by \(|up\{", rule) else {}
    text = summary[1]
    for label, value in kept.items():
        text = text.replace(f"{{{{ $labels.{label} }}}}", value)
    if "up{" in rule:
        kept["job"] = "latchkey"
    fired = {
        "exp_labels": {"severity": severity[1], **kept},
        "exp_annotations": {"summary": text, "runbook": runbook[1]},
    }
    story = {"interval": "1m", "input_series": [{"series": name, "values": values}]}
    quiet = {"interval": "1m", "input_series": [{"series": "up", "values": "1x60"}]}
    test = {"eval_time": "50m", "alertname": alert}
    tests = [
        {**story, "alert_rule_test": [{**test, "exp_alerts": [fired]}]},
        {**quiet, "alert_rule_test": [{**test, "exp_alerts": []}]},
    ]
    # JSON is YAML, too.
    file = tmp_path / "test.yaml"
    file.write_text(json.dumps({"rule_files": [str(ALERTS)], "tests": tests}))
    command = [find_program("promtool"), "test", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_what_alerts_count_by_outcome_begins_at_zero() -> None:
    """``increase`` cannot see the first of a series that begins with it."""
    asked = set(
        re.findall(r"latchkey_sign_in_outcomes_total\{outcome=\"(\w+)\"", ALERTS.read_text())
    )
    alone = (
        "from latchkey.web import metrics; from latchkey.infra.metrics import exposition;"
        "print(exposition().decode())"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", alone], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    zeros = re.findall(r'^latchkey_sign_in_outcomes_total\{outcome="(\w+)"\} 0\.0$', fresh, re.M)
    assert asked == {"connected", "key_refused"}
    assert {*zeros} == asked | {"failed"}


def test_one_sign_in_that_fails_by_the_api_key_is_enough_for_an_alert(tmp_path: Path) -> None:
    story = {
        "interval": "30s",
        "input_series": [
            {"series": 'latchkey_sign_in_outcomes_total{outcome="key_refused"}',
             "values": "0x20 1x60"},
        ],
        "alert_rule_test": [
            {"eval_time": "12m", "alertname": "LatchkeyKeyRefused",
             "exp_alerts": [
                {"exp_labels": {"severity": "critical"},
                 "exp_annotations": {"summary": "Nylas refuses the API key.",
                    "runbook": "docs/operations.md#latchkeykeyrefused"}},
             ]},
        ],
    }  # fmt: skip
    file = tmp_path / "test.yaml"
    file.write_text(json.dumps({"rule_files": [str(ALERTS)], "tests": [story]}))
    command = [find_program("promtool"), "test", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_alerts_and_board_ask_for_metrics_that_exist() -> None:
    expressions = [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
    asked = " ".join([ALERTS.read_text(), *expressions])
    names = set(re.findall(r"\blatchkey_\w+", asked))
    assert names <= series()
    assert {name.removesuffix("_bucket").removesuffix("_count") for name in names} >= {
        name for name in families() if "test" not in name
    }, "every metric is looked at"


def test_every_alert_says_what_to_do() -> None:
    assert alerts() == re.findall(r"^### (Latchkey\w+)$", OPERATIONS, re.M)
    runbooks = re.findall(r'runbook: "docs/operations.md#(\w+)"', ALERTS.read_text())
    assert runbooks == [alert.lower() for alert in alerts()]


def test_operations_lists_every_metric() -> None:
    listed = re.findall(r"^\| `(latchkey_\w+)` \| (.*) \| (.*) \|$", OPERATIONS, re.M)
    assert {name for name, _, _ in listed} == {name for name in families() if "test" not in name}


def test_the_board_has_no_panel_twice() -> None:
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(ids)) == len(ids)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in BOARD["panels"]]
    assert len(set(places)) == len(places)


def test_a_failure_of_the_program_is_counted() -> None:
    failed = Change("latchkey_unexpected_errors_total")
    logs.unexpected(ValueError("x"))
    assert failed() == 1
