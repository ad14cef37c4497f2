import re

import pytest

from config import ROOT

CHECKLIST = (ROOT / "docs" / "security-checklist.md").read_text()
SECURITY = (ROOT / "SECURITY.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in CHECKLIST.splitlines()
    if re.match(r"\| T?\d", line)
]
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def test_every_requirement_and_every_threat_has_one_row_in_its_order() -> None:
    assert [row[0] for row in ROWS] == [
        *map(str, range(1, 101)),
        *(f"T{number}" for number in range(1, 21)),
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_names_tests_or_a_reason(row: list[str]) -> None:
    _, what, state, proof = row
    assert what
    if row[0].startswith("T") or state == "done":
        assert NAMED.search(proof)
    else:
        assert state in ("partly", "n/a")
        assert len(proof.split()) >= 5, "the reason is said"


@pytest.mark.parametrize("text", [CHECKLIST, SECURITY], ids=["checklist", "SECURITY.md"])
def test_every_test_that_is_named_exists(text: str) -> None:
    assert NAMED.search(text)
    for file, name in NAMED.findall(text):
        assert f"def test_{name}(" in (ROOT / "tests" / file).read_text(), f"{file}::{name}"
