import ast
import logging
import re
from collections.abc import Iterator

import pytest

from config import ROOT
from latchkey.infra.logs import FIELDS
from latchkey.operator.events import ALWAYS, EVENTS, told
from latchkey.problems import PROBLEMS, Problem
from latchkey.problems.nylas import BAD_KEY, BUSY, RATE_LIMITED, WRONG_PASSWORD
from tests.test_structure import FILES

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def calls() -> Iterator[ast.Call]:
    """Every place where the program logs something."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("logs.event", "event"):
                yield node


def name_of(call: ast.Call) -> str:
    assert isinstance(call.args[0], ast.Constant), "an event has a fixed name"
    return str(call.args[0].value)


def test_the_list_has_every_event_of_the_code_and_no_other() -> None:
    assert {name_of(call) for call in calls()} == set(EVENTS)


def test_the_list_has_every_field_of_an_event() -> None:
    fields: dict[str, set[str]] = {}
    for call in calls():
        names = {str(keyword.arg) for keyword in call.keywords} - {"level"}
        fields.setdefault(name_of(call), set()).update(names)
    assert fields == {name: set(event.fields) for name, event in EVENTS.items()}
    assert {field for event in EVENTS.values() for field in event.fields} <= set(FIELDS)


def test_operations_tells_of_every_event() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \| (.*) \|$", OPERATIONS, re.M)
    expected = [
        (name, ", ".join(event.levels), " ".join(f"`{field}`" for field in event.fields) or "–")
        for name, event in EVENTS.items()
    ]
    assert [row[:3] for row in rows if row[0] in EVENTS] == expected
    assert [row[3] for row in rows if row[0] in EVENTS] == [
        event.meaning for event in EVENTS.values()
    ]


@pytest.mark.parametrize("name", EVENTS)
def test_a_story_mentions_only_fields_of_its_event(name: str) -> None:
    event = EVENTS[name]
    assert set(re.findall(r"{(\w+)}", event.story)) <= {*event.fields, *ALWAYS}
    assert told({"event": name})


@pytest.mark.parametrize(
    ("problem", "level"),
    [
        (BAD_KEY, logging.ERROR),
        (BUSY, logging.WARNING),
        (RATE_LIMITED, logging.WARNING),
        (WRONG_PASSWORD, logging.INFO),
    ],
)
def test_a_level_says_whether_the_operator_has_to_act(problem: Problem, level: int) -> None:
    assert problem.level == level


def test_only_the_operators_own_faults_are_errors() -> None:
    for problem in PROBLEMS.values():
        assert (problem.level == logging.ERROR) == (problem.fault == "operator")
