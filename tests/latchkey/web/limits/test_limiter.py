"""The numbers of the limits: who changes one means to."""

import pytest

from latchkey.infra.limits import Limiter, Use
from latchkey.infra.store import Store
from latchkey.providers.detection import SPAN_SECONDS
from latchkey.web.limits import make_limiter
from tests.conftest import Clock, make_settings, stopped_clock

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60
USUAL = {
    "mailbox": ((5, 5 * MINUTE), (10, HOUR)),
    "mailbox_refused": ((12, 2 * HOUR), (16, 6 * HOUR), (20, DAY)),
    "client": ((40, 5 * MINUTE), (200, HOUR)),
    "client_refused": ((20, 5 * MINUTE), (60, HOUR)),
    "address": ((60, 5 * MINUTE), (300, HOUR)),
    "oauth_start": ((60, 5 * MINUTE), (300, HOUR)),
    "oauth_callback": ((60, 5 * MINUTE), (300, HOUR)),
    "broken_link": ((20, 5 * MINUTE), (60, HOUR)),
    "address_all": ((2000, 10),),
    "oauth_start_all": ((2000, 10),),
    "oauth_callback_all": ((2000, 10),),
    "oauth_exchange_all": ((2000, 10),),
    "broken_link_all": ((2000, 10),),
    "token": ((3000, MINUTE),),
    "token_refused": ((60, 5 * MINUTE), (300, HOUR)),
}


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped_clock(monkeypatch, "time.monotonic", 1000.0)


def limiter(**variables: str) -> Limiter:
    return make_limiter(make_settings(**{"LIMITS": "on", **variables}), Store())


def room(limiter: Limiter, rule: str) -> tuple[int, float]:
    """How many requests pass now, and the wait that follows."""
    for number in range(10_000):
        if hit := limiter.try_all(Use(rule=rule, subject="a")):
            return number, hit.wait
    return 10_000, 0


def test_the_usual_limits_are_these() -> None:
    assert make_settings(LIMITS="on").limits == USUAL


@pytest.mark.parametrize("rule", ["mailbox", "client_mailbox"])
def test_a_client_has_no_more_tries_at_a_mailbox_than_all_have(rule: str, wait: Clock) -> None:
    rules = limiter()
    assert room(rules, rule) == (5, 5 * MINUTE)
    wait(5 * MINUTE)
    assert room(rules, rule) == (5, HOUR - 5 * MINUTE)


@pytest.mark.parametrize("rule", ["mailbox_refused", "client_mailbox_refused"])
def test_after_refused_passwords_the_waits_grow(rule: str, wait: Clock) -> None:
    rules = limiter()
    assert room(rules, rule) == (12, 2 * HOUR)
    wait(2 * HOUR)
    assert room(rules, rule) == (4, 4 * HOUR)
    wait(4 * HOUR)
    assert room(rules, rule) == (4, 18 * HOUR)


def test_an_owner_has_twenty_tries_a_day(wait: Clock) -> None:
    rules = limiter()
    for tries, pause in ((5, 5 * MINUTE), (5, 55 * MINUTE), (5, 5 * MINUTE)):
        assert room(rules, "owner") == (tries, pause)
        wait(pause)
    assert room(rules, "owner") == (5, DAY - 65 * MINUTE)


def test_all_together_try_no_more_than_the_pace_of_nylas_allows(wait: Clock) -> None:
    assert room(limiter(NYLAS_SIGN_INS_PER_SECOND="3"), "all") == (900, 5 * MINUTE)


@pytest.mark.parametrize("step", ["address", "oauth_start", "oauth_callback", "oauth_exchange"])
def test_half_of_what_all_do_is_kept_for_browsers_with_a_good_past(step: str, wait: Clock) -> None:
    assert room(limiter(), f"{step}_new") == (1000, 10)
    assert room(limiter(LIMITS=f"{step}_all=7/1m"), f"{step}_new") == (3, MINUTE)
    assert room(limiter(LIMITS=f"{step}_all=1/1m"), f"{step}_new") == (1, MINUTE)


def test_a_proof_of_a_good_past_has_what_a_client_has(wait: Clock) -> None:
    assert room(limiter(), "proof") == (60, 5 * MINUTE)


def test_callers_without_a_secret_have_twenty_calls_a_second_and_new_ones_ten(wait: Clock) -> None:
    assert room(limiter(), "token_all") == (20, 1)
    assert room(limiter(), "token_new") == (10, 1)


@pytest.mark.parametrize(("budget", "share"), [("20", 5), ("23", 5), ("3", 1), ("1", 1)])
def test_a_client_may_ask_for_a_quarter_of_the_detections(
    budget: str, share: int, wait: Clock
) -> None:
    assert room(limiter(NYLAS_DETECTS_PER_MINUTE=budget), "detection") == (share, SPAN_SECONDS)


def test_what_an_operator_changes_holds_for_a_client_and_a_mailbox_too(wait: Clock) -> None:
    rules = limiter(LIMITS="mailbox=2/1m mailbox_refused=3/2m")
    assert room(rules, "mailbox") == room(rules, "client_mailbox") == (2, MINUTE)
    assert room(rules, "client_mailbox_refused") == (3, 2 * MINUTE)
    assert room(rules, "owner") == (2, MINUTE)
    assert room(rules, "client") == (40, 5 * MINUTE)


def test_limits_that_are_off_leave_no_rule() -> None:
    rules = limiter(LIMITS="off")
    assert not rules.active
    for rule in (*USUAL, "all", "owner", "detection", "client_mailbox"):
        assert room(rules, rule) == (10_000, 0)
