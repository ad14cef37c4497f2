"""Security scanners over the code and the sandbox: `make scan`.

    .venv/bin/python -m tests.scan CODE-TOOLS WEB-TOOLS

The arguments are the folders of programs of two virtual environments (code.txt, web.txt). Every
finding that known.csv does not give a reason for is printed, and so is every reason that no finding
needs any more; either makes the exit code 1.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from app import create_app
from config import ROOT
from tests.conftest import make_settings
from tests.servers import serve

HERE = Path(__file__).parent
CODE = ("app.py", "config.py", "latchkey", "deploy", "docs/examples")
# Names of keys and of fields, in a program about passwords; pyproject.toml leaves out the same.
NAMES = "B105,B106,B107"
# Those that need nothing from the internet and look for what such a page can have.
ATTACKS = (
    "cookieflags",
    "crlf",
    "csp",
    "csrf",
    "exec",
    "file",
    "htaccess",
    "http_headers",
    "methods",
    "permanentxss",
    "redirect",
    "sql",
    "xss",
)
SECONDS = 600
SECONDS_OF_AN_ATTACK = 40


class Finding(NamedTuple):
    """What a scanner found; ``place`` is a file, or the path of a page."""

    tool: str
    rule: str
    place: str


def main(code_tools: Path, web_tools: Path) -> int:
    """Run all scanners and return the exit code."""
    expected = reasons()
    found = {*bandit(code_tools), *semgrep(code_tools), *wapiti(web_tools)}
    new, gone = report(found, expected)
    for finding in new:
        print("found:", *finding)
    for finding in gone:
        print("known.csv has a reason that nothing needs:", *finding)
    print(f"{len(found)} findings, {len(new)} of them without a reason.")
    return 1 if new or gone else 0


def reasons() -> dict[Finding, str]:
    """Read known.csv."""
    with (HERE / "known.csv").open() as file:
        return {
            Finding(row["tool"], row["rule"], row["place"]): row["reason"]
            for row in csv.DictReader(file)
        }


def report(
    found: Iterable[Finding], expected: dict[Finding, str]
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings without a reason, and the reasons without a finding.

    Those of wapiti are left out of the latter: which pages it finds in its time differs.
    """
    found = set(found)
    gone = (finding for finding in expected.keys() - found if finding.tool != "wapiti")
    return sorted(found - expected.keys()), sorted(gone)


def bandit(tools: Path) -> Iterator[Finding]:
    """Look for what every Python program should not do."""
    answer = run(tools, "bandit", "-q", "-r", *CODE, "-s", NAMES, "-f", "json")
    for one in json.loads(answer)["results"]:
        yield Finding("bandit", one["test_id"], one["filename"].removeprefix("./"))


def semgrep(tools: Path) -> Iterator[Finding]:
    """Look for our own mistakes, after a look whether each rule finds what it is for."""
    quiet = ("--metrics=off", "--disable-version-check", "--config", str(HERE / "rules.yaml"))
    tested = run(tools, "semgrep", "--test", "--json", *quiet, str(HERE / "rules.py"))
    for checks in json.loads(tested)["results"].values():
        for rule, check in checks["checks"].items():
            if not check["passed"]:
                yield Finding("semgrep --test", rule, "tests/scan/rules.py")
    for one in json.loads(run(tools, "semgrep", "scan", "--json", *quiet, *CODE))["results"]:
        yield Finding("semgrep", one["check_id"].rpartition(".")[2], one["path"])


def wapiti(tools: Path) -> Iterator[Finding]:
    """Attack the sandbox over a socket."""
    sandbox = create_app(make_settings(LOG_LEVEL="error"))
    with tempfile.TemporaryDirectory() as home, serve(sandbox) as url:
        file = Path(home) / "report.json"
        seconds = ("--max-scan-time", str(SECONDS), "--max-attack-time", str(SECONDS_OF_AN_ATTACK))
        output = ("--format", "json", "--output", str(file), "--no-bugreport", "--flush-session")
        which = ("--url", f"{url}/", "--module", ",".join(ATTACKS))
        run(tools, "wapiti", *which, *output, *seconds, home=home)
        yield from attacks(json.loads(file.read_text()))


def attacks(answer: dict[str, Any]) -> Iterator[Finding]:
    """Read wapiti's report."""
    for kind in ("vulnerabilities", "anomalies"):
        for rule, ones in answer[kind].items():
            for one in ones:
                yield Finding("wapiti", rule, one["path"])


def run(tools: Path, program: str, *arguments: str, home: str | None = None) -> str:
    """Run a scanner; those that find something have another exit code than 0."""
    env = {**os.environ, "PATH": f"{tools.resolve()}:{os.environ['PATH']}"}
    env |= {"HOME": home} if home else {}
    command = [str(tools.resolve() / program), *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{program} failed:\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
