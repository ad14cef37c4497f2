import re

from config import ROOT
from tests.scan.__main__ import Finding, attacks, reasons, report

KNOWN = Finding("bandit", "B104", "config.py")
OTHER = Finding("semgrep", "secret-in-log", "app.py")


def test_a_finding_without_a_reason_and_a_reason_without_a_finding_are_told() -> None:
    assert report([KNOWN, KNOWN], {KNOWN: "compared only"}) == ([], [])
    assert report([OTHER], {KNOWN: "compared only"}) == ([OTHER], [KNOWN])
    assert report([], {KNOWN._replace(tool="wapiti"): "found at times"}) == ([], [])


def test_every_reason_is_a_sentence_about_a_file_that_exists() -> None:
    for finding, reason in reasons().items():
        assert finding.tool in ("bandit", "semgrep", "wapiti")
        assert finding.tool == "wapiti" or (ROOT / finding.place).is_file()
        assert reason


def test_every_rule_of_our_own_has_a_mistake_to_find() -> None:
    rules = (ROOT / "tests" / "scan" / "rules.yaml").read_text()
    mistakes = (ROOT / "tests" / "scan" / "rules.py").read_text()
    ids = set(re.findall(r"^  - id: (\S+)", rules, re.M))
    assert ids
    assert set(re.findall(r"# ruleid: (\S+)", mistakes)) == ids


def test_what_an_attack_broke_is_a_finding_too() -> None:
    answer = {
        "vulnerabilities": {"CRLF Injection": [], "Open Redirect": [{"path": "/return"}]},
        "anomalies": {"Internal Server Error": [{"path": "/connect/imap"}]},
    }
    assert [*attacks(answer)] == [
        Finding("wapiti", "Open Redirect", "/return"),
        Finding("wapiti", "Internal Server Error", "/connect/imap"),
    ]
