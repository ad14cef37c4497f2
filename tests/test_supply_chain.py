"""What is shipped is listed with its licences, and can be asked about known weaknesses."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug import Request, Response

from bench.ports import free_port
from config import ROOT
from deploy.lock import read_lock
from deploy.sbom import bill, licence

PACKAGES = list(read_lock())
# Licences that a company may ship without giving away its own program.
ALLOWED = {
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0",
    "Unlicense", "ZPL-2.1",
    # As older packages write it.
    "MIT License", "BSD License",
}  # fmt: skip
Serve = Callable[..., str]


def choices(expression: str) -> list[str]:
    return re.split(r" (?:AND|OR) ", expression)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_every_package_that_is_shipped_has_an_allowed_licence(package: Any) -> None:
    named = licence(package.name)
    if not named:
        assert package.marker, "it is needed here, so it is installed"
        pytest.skip(f"not needed here: {package.marker}")
    assert set(choices(named)) <= ALLOWED


def test_the_page_on_dependencies_lists_each_with_its_licence() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text()
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (.*?) \| (.*?) \|$", text, re.M)[1:]
    expected = [
        (package.name, licence(package.name), ", ".join(package.wanted_by))
        for package in PACKAGES
        if licence(package.name)
    ]
    known = [row for row in rows if licence(row[0])]
    assert known == expected
    assert [row[0] for row in rows] == [package.name for package in PACKAGES]


def test_the_bill_of_materials_names_all_that_is_locked_with_its_hashes() -> None:
    made = bill()
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    listed = {
        component["purl"]: [one["content"] for one in component["externalReferences"][0]["hashes"]]
        for component in made["components"]
    }
    lock = (ROOT / "requirements.txt").read_text()
    pinned = re.findall(r"^([a-z0-9-]+)==([^ ]+)", lock, re.M)
    assert list(listed) == [f"pkg:pypi/{name}@{version}" for name, version in pinned]
    assert [one for hashes in listed.values() for one in hashes] == re.findall(
        r"sha256:([0-9a-f]{64})", lock
    )


def test_the_bill_of_materials_says_what_needs_what() -> None:
    needs = {
        re.sub(r"pkg:\w+/(.*)@.*", r"\1", entry["ref"]): " ".join(entry["dependsOn"])
        for entry in bill()["dependencies"]
    }
    assert "pkg:pypi/flask@" in needs["latchkey"]
    assert "pkg:pypi/werkzeug@" in needs["flask"]
    assert "pkg:pypi/werkzeug@" not in needs["latchkey"]
    # Nothing is shipped that nothing needs.
    assert all(package.wanted_by for package in PACKAGES)


def test_the_same_lock_gives_the_same_bytes() -> None:
    command = [sys.executable, str(ROOT / "deploy" / "sbom.py")]
    first, second = (subprocess.run(command, capture_output=True, check=True) for _ in range(2))
    assert first.stdout == second.stdout
    assert json.loads(first.stdout)["serialNumber"].startswith("urn:uuid:")


def audit(source: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "audit.py"), "--source", source],
        capture_output=True, text=True, check=False, env={}, timeout=60,
    )  # fmt: skip


def osv(answer: Callable[[list[dict[str, Any]]], Any]) -> Any:
    """A server with OSV's API that gives ``answer(queries)``."""

    @Request.application
    def app(request: Request) -> Response:
        assert (request.method, request.path) == ("POST", "/v1/querybatch")
        return Response(json.dumps(answer(json.loads(request.data)["queries"])))

    return app


def test_the_audit_asks_about_every_package_and_says_when_nothing_is_known(served: Serve) -> None:
    asked: list[dict[str, Any]] = []

    def nothing(queries: list[dict[str, Any]]) -> dict[str, Any]:
        asked.extend(queries)
        return {"results": [{} for _ in queries]}

    done = audit(served(osv(nothing)))
    assert done.returncode == 0
    assert f"{len(PACKAGES)} packages, 0 with known weaknesses." in done.stdout
    assert asked == [
        {"package": {"name": package.name, "ecosystem": "PyPI"}, "version": package.version}
        for package in PACKAGES
    ]


def test_the_audit_names_what_is_known(served: Serve) -> None:
    def some(queries: list[dict[str, Any]]) -> dict[str, Any]:
        weak = {"vulns": [{"id": "GHSA-aaaa-bbbb-cccc", "modified": "2026-01-01T00:00:00Z"}]}
        return {"results": [weak if q["package"]["name"] == "flask" else {} for q in queries]}

    done = audit(served(osv(some)))
    assert done.returncode == 1
    assert re.search(r"^flask \S+: https://osv.dev/GHSA-aaaa-bbbb-cccc$", done.stdout, re.M)
    assert "1 with known weaknesses." in done.stdout


@pytest.mark.parametrize(
    "answer",
    [
        {"results": [{}]},
        {"results": None},
        {"code": 3, "message": "Invalid query."},
        [],
        {"results": ["vulns"] * len(PACKAGES)},
    ],
    ids=["too few", "none", "an error", "a list", "another form"],
)
def test_the_audit_says_so_when_the_answer_cannot_be_used(served: Serve, answer: Any) -> None:
    done = audit(served(osv(lambda queries: answer)))
    assert done.returncode == 2
    assert done.stderr.startswith("Not audited: ")
    assert "known weaknesses" not in done.stdout


def test_the_audit_says_so_when_it_could_not_ask() -> None:
    done = audit(f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 2
    assert "Connection refused" in done.stderr
    assert done.stderr.endswith("Nothing is known about requirements.txt.\n")


def test_the_audit_says_so_when_the_source_refuses(served: Serve) -> None:
    done = audit(served(Response("busy", status=503)))
    assert done.returncode == 2
    assert "503" in done.stderr
