"""Each limit on passwords alone: who shares its counter, and what counts."""

from functools import partial
from typing import Any

import pytest

from latchkey.connect import Connected, Failed, Outcome
from latchkey.infra.limits import Window
from latchkey.nylas import Grant
from latchkey.problems import PROBLEMS
from latchkey.problems.limits import CLIENT_LIMIT, MAILBOX_LIMIT
from latchkey.web.flow import SignIn
from latchkey.web.limits import (
    TooManyRequests,
    is_pause_near,
    limited,
    raise_if_limited,
)
from tests.conftest import Clock, stopped_clock
from tests.latchkey.web.limits.bare import (
    ELSEWHERE,
    ONCE,
    Browser,
    bare_app,
    limiter_of,
    sign_in,
)

OTHER = "other@example.com"
CONNECTED = Connected(grant=Grant(id="g", email="", provider="imap"))
WRONG = Failed(problem=PROBLEMS["wrong_password"])
MANY = (Window(100, 60),)


@pytest.fixture(autouse=True)
def wait(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped_clock(monkeypatch, "time.monotonic", 1000.0)


def send(
    browser: Browser, outcome: Outcome = CONNECTED, tried: SignIn | None = None, **settings: Any
) -> Outcome | None:
    """Send a password; gives what came of it when Nylas was not asked, else None."""
    call = limited(tried or sign_in(), settings, lambda: outcome)
    given = browser.request(call)
    return None if given is outcome else given


def held_up(outcome: Outcome | None) -> str:
    """The rule that let no password through, "" for none."""
    return outcome.detail if isinstance(outcome, Failed) else ""


@pytest.mark.parametrize(
    ("rule", "same_client", "same_mailbox", "neither", "problem"),
    [
        ("all", True, True, True, CLIENT_LIMIT),
        ("client", True, False, False, CLIENT_LIMIT),
        ("client_refused", True, False, False, CLIENT_LIMIT),
        ("client_mailbox", False, False, False, MAILBOX_LIMIT),
        ("client_mailbox_refused", False, False, False, MAILBOX_LIMIT),
        ("mailbox", False, True, False, MAILBOX_LIMIT),
        ("mailbox_refused", False, True, False, MAILBOX_LIMIT),
    ],
)
def test_a_try_counts_for_those_whom_the_rule_is_about(
    rule: str, same_client: bool, same_mailbox: bool, neither: bool, problem: object
) -> None:
    app = bare_app({rule: ONCE})
    here, elsewhere = Browser(app), Browser(app, ELSEWHERE)
    assert send(here, WRONG) is None
    assert send(here) == Failed(problem=problem, wait=60, detail=rule)  # type: ignore[arg-type]
    assert bool(held_up(send(here, tried=sign_in(OTHER)))) is same_client
    assert bool(held_up(send(elsewhere))) is same_mailbox
    assert bool(held_up(send(Browser(app, "192.0.2.9"), tried=sign_in("c@d.example")))) is neither


@pytest.mark.parametrize("rule", ["client_refused", "client_mailbox_refused", "mailbox_refused"])
@pytest.mark.parametrize(
    "outcome",
    [CONNECTED, *(Failed(problem=PROBLEMS[kind]) for kind in ("server_unreachable", "nylas_down"))],
    ids=["connected", "no server", "no Nylas"],
)
def test_what_the_mail_provider_does_not_refuse_is_no_refused_password(
    rule: str, outcome: Outcome
) -> None:
    browser = Browser(bare_app({rule: ONCE}))
    assert [send(browser, outcome) for _ in range(3)] == [None] * 3


@pytest.mark.parametrize("rule", ["client_refused", "client_mailbox_refused", "mailbox_refused"])
def test_a_password_under_way_counts_when_it_is_refused_though_there_is_no_room_any_more(
    rule: str, wait: Clock
) -> None:
    app = bare_app({rule: ONCE})

    def refuse_after_another() -> Outcome:
        assert send(Browser(app), WRONG) is None
        wait(40)
        return WRONG

    Browser(app).request(limited(sign_in(), {}, refuse_after_another))
    held = send(Browser(app))
    assert isinstance(held, Failed)
    assert held.wait == 60, "since the second one"


@pytest.mark.parametrize("rule", ["client_mailbox", "mailbox"])
def test_each_login_name_has_a_counter_of_its_own(rule: str) -> None:
    app = bare_app({rule: ONCE})
    browser = Browser(app)
    assert send(browser, imap_username="other", smtp_username="third") is None
    for name in ("other", "third", "someone"):
        assert held_up(send(browser, tried=sign_in(f"{name}@example.com"))) == rule


@pytest.mark.parametrize("rule", ["client_mailbox_refused", "mailbox_refused"])
def test_a_refused_password_counts_for_each_login_name(rule: str) -> None:
    browser = Browser(bare_app({rule: ONCE}))
    assert send(browser, WRONG, imap_username="other") is None
    for name in ("someone", "other"):
        assert held_up(send(browser, tried=sign_in(f"{name}@example.com"))) == rule


def test_one_client_takes_two_tries_of_a_mailbox_and_ten_refused_passwords_from_all() -> None:
    names = ("client", "client_mailbox", "mailbox", "client_refused", "client_mailbox_refused",
             "mailbox_refused")  # fmt: skip
    app = bare_app(dict.fromkeys(names, MANY))
    for _ in range(15):
        send(Browser(app), WRONG)
    numbers = limiter_of(app).number
    assert numbers("mailbox", "someone@example.com") == 2
    assert numbers("mailbox_refused", "someone@example.com") == 10
    send(Browser(app, ELSEWHERE), WRONG)
    assert numbers("mailbox", "someone@example.com") == 3
    assert numbers("mailbox_refused", "someone@example.com") == 11


def test_a_try_that_is_held_up_counts_nowhere() -> None:
    app = bare_app({"client_mailbox": ONCE, "all": MANY})
    for _ in range(3):
        send(Browser(app))
    assert limiter_of(app).number("all", "") == 1


@pytest.mark.parametrize("problem", [CLIENT_LIMIT, MAILBOX_LIMIT])
def test_a_limit_is_raised_with_its_wait(problem: Any) -> None:
    with pytest.raises(TooManyRequests) as raised:
        raise_if_limited(Failed(problem=problem, wait=7))
    assert (raised.value.problem, raised.value.wait) == (problem, 7)


def test_other_outcomes_are_not_raised() -> None:
    for outcome in (CONNECTED, WRONG):
        raise_if_limited(outcome)


def test_a_pause_is_near_after_three_refused_passwords_of_this_client_for_this_mailbox() -> None:
    app = bare_app()
    near = partial(is_pause_near, "Someone@example.com")
    said = []
    for _ in range(3):
        said.append(Browser(app).request(near))
        send(Browser(app), WRONG)
    assert [*said, Browser(app).request(near)] == [False, False, False, True]
    assert not Browser(app, ELSEWHERE).request(near)
    assert not Browser(app).request(partial(is_pause_near, OTHER))
