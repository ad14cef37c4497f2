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


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"event": "grant", "provider": "imap", "outcome": "connected"},
         "Connecting imap ended with: connected."),
        ({"event": "grant", "provider": "imap", "outcome": "x", "nylas_request_id": "1-2"},
         "Connecting imap ended with: x. Nylas's id: 1-2."),
        ({"event": "grant", "outcome": "x", "detail": "none of .example.com"},
         "Connecting ended with: x. none of .example.com"),
        ({"event": "nylas", "detail": "401"}, "Nylas: 401."),
        ({"event": "redis", "outcome": "found"}, "Redis: found."),
        ({"event": "token", "outcome": "exchanged", "detail": ""},
         "The app asked for a token: exchanged."),
        ({"event": "outbox", "outcome": "full"}, "A result webhook was full."),
        ({"event": "start_again", "error": "X"},
         "The page could not go on with this form (X) and began again."),
        ({"event": "detection", "provider": "", "outcome": "mx"},
         "The address's provider: none (source: mx)."),
        ({"event": "request", "method": "GET", "route": "/", "status": 200, "duration_ms": 0},
         "GET / was answered with 200 after 0 ms."),
    ],
)  # fmt: skip
def test_a_story_leaves_out_what_the_line_does_not_have(line: dict[str, object], told: str) -> None:
    assert sentence(line) == told
