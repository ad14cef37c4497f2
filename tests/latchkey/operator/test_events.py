import logging
import re

import pytest

from latchkey.operator.events import ALWAYS, EVENTS, sentence
from latchkey.problems import PROBLEMS, Problem
from latchkey.problems.nylas import BAD_KEY, BUSY, RATE_LIMITED, WRONG_PASSWORD


@pytest.mark.parametrize("name", EVENTS)
def test_a_story_mentions_only_fields_of_its_event(name: str) -> None:
    event = EVENTS[name]
    assert set(re.findall(r"{(\w+)}", event.story)) <= {*event.fields, *ALWAYS}
    assert sentence({"event": name})


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


def test_an_event_that_is_not_known_is_told_by_its_name() -> None:
    assert sentence({"event": "of_another_version", "detail": "x"}) == "of_another_version."
