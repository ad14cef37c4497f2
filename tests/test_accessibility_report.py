"""docs/accessibility.md says nothing that no test shows."""

import re

import pytest

from config import ROOT

REPORT = (ROOT / "docs" / "accessibility.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in REPORT.splitlines()
    if re.match(r"\| \d\.\d", line)
]
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
# Level A and AA of WCAG 2.2, without those that a row counts together.
CRITERIA = 55


def _criteria(cell: str) -> int:
    first, _, last = cell.partition("–")
    return int(last.rpartition(".")[2]) - int(first.rpartition(".")[2]) + 1 if last else 1


def test_every_criterion_has_a_row() -> None:
    assert sum(_criteria(row[0]) for row in ROWS) == CRITERIA


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_names_what_shows_it(row: list[str]) -> None:
    _, name, _, how_far, remarks, shown_by = (*row, "")[:6]
    assert name
    assert remarks
    assert how_far in ("Supports", "Partially supports", "Not applicable")
    assert (how_far == "Not applicable") == (shown_by.strip(" |") == "")


def test_every_test_that_is_named_exists() -> None:
    for file, name in NAMED.findall(REPORT):
        assert f"def test_{name}(" in (ROOT / "tests" / file).read_text(), f"{file}::{name}"
