"""Each limit on calls for tokens without the secret alone."""

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask

from latchkey.apps import TokenRefused
from latchkey.infra.errors import NotSent
from latchkey.infra.limits import Window
from latchkey.nylas import TokenAnswer
from latchkey.web.limits import as_stranger
from tests.conftest import Clock, stopped_clock
from tests.latchkey.web.limits.bare import ELSEWHERE, ONCE, Browser, bare_app, limiter_of

DAY = 24 * 60 * 60
ROOM = (Window(100, 60),)
Call = Callable[[], TokenAnswer]


@pytest.fixture(autouse=True)
def wait(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped_clock(monkeypatch, "time.monotonic", 1000.0)


def answering(status: int) -> Call:
    return lambda: TokenAnswer(status=status, content={"status": status})


def raising(error: Exception) -> Call:
    def call() -> TokenAnswer:
        raise error

    return call


def status(app: Flask, call: Call, address: str = "203.0.113.1") -> int:
    """What the caller hears."""
    try:
        answer = Browser(app, address).request(partial(as_stranger, call))
    except TokenRefused as refused:
        return refused.status
    assert answer == call()
    return answer.status


@pytest.mark.parametrize(
    ("answer", "counted"),
    [(200, False), (399, False), (400, True), (401, True), (429, False), (499, True), (500, False)],
)
@pytest.mark.parametrize("ours", [False, True], ids=["Nylas", "we"])
def test_what_is_refused_counts_for_its_client(answer: int, counted: bool, ours: bool) -> None:
    app = bare_app({"token_refused": ONCE})
    refused = TokenRefused("invalid_request", "why", answer)
    assert status(app, raising(refused) if ours else answering(answer)) == answer
    assert status(app, answering(200)) == (429 if counted else 200)
    assert status(app, answering(200), ELSEWHERE) == 200


def test_a_call_under_way_counts_when_it_is_refused_though_there_is_no_room_any_more(
    wait: Clock,
) -> None:
    app = bare_app({"token_refused": ONCE})

    def refuse_after_another() -> TokenAnswer:
        assert status(app, answering(400)) == 400
        wait(40)
        return TokenAnswer(status=400, content={})

    Browser(app).request(partial(as_stranger, refuse_after_another))
    with pytest.raises(TokenRefused) as raised:
        Browser(app).request(partial(as_stranger, answering(200)))
    assert raised.value.wait == 60, "since the second one"


def test_what_could_not_be_asked_counts_for_the_pace_alone() -> None:
    app = bare_app({"token_refused": ONCE, "token_all": ROOM})
    with pytest.raises(NotSent):
        status(app, raising(NotSent("no connection")))
    assert status(app, answering(200)) == 200
    assert limiter_of(app).number("token_all", "") == 2


def test_who_is_held_up_hears_how_long_and_nylas_is_not_asked(wait: Clock) -> None:
    app = bare_app({"token_all": ONCE})
    assert status(app, answering(200)) == 200
    wait(0.5)
    with pytest.raises(TokenRefused) as raised:
        Browser(app).request(partial(as_stranger, raising(AssertionError("asked"))))
    refused = raised.value
    assert (refused.error, refused.description) == ("temporarily_unavailable", "Too many calls")
    assert (refused.status, refused.wait) == (429, 60)


@pytest.mark.parametrize("answer", [200, 201, 400])
def test_a_client_that_was_right_needs_no_room_for_new_ones(answer: int) -> None:
    app = bare_app({"token_new": ONCE, "token_all": ROOM})
    assert status(app, answering(answer)) == answer
    assert status(app, answering(200)) == (200 if answer == 200 else 429)
    assert status(app, answering(200), ELSEWHERE) == 429
    passed = 2 if answer == 200 else 1
    assert limiter_of(app).number("token_new", "") == 1
    assert limiter_of(app).number("token_all", "") == passed


def test_that_a_client_was_right_is_known_for_a_day(wait: Clock) -> None:
    app = bare_app({"token_new": (Window(1, 10 * DAY),)})
    assert status(app, answering(200)) == 200
    wait(DAY - 1)
    assert status(app, answering(400)) == 400
    wait(2)
    assert status(app, answering(200)) == 429


def test_without_limits_nothing_is_counted_or_remembered() -> None:
    app = bare_app(LIMITS="off")
    assert [status(app, answering(answer)) for answer in (400, 200, 429)] == [400, 200, 429]
    assert app.extensions["services"].store.get("token right ") is None
