"""Ways to an OAuth provider and back, of many networks at once and of honest people."""

import pytest
from flask import Flask

from app import create_app
from tests.conftest import make_settings, stopped_clock
from tests.journeys.test_oauth import decide, reach, start, travel
from tests.latchkey.web.limits.many_clients import browser_at
from tests.pages import Visitor

NOWHERE = "/oauth/google/callback?state=invented.state&code=invented"


def page_with(limits: str, **variables: str) -> Flask:
    """The page in its sandbox, which has providers to sign in at."""
    return create_app(make_settings(LIMITS=limits, **variables))


def strangers(app: Flask, number: int) -> list[Visitor]:
    return [browser_at(app, f"127.0.1.{last}") for last in range(1, number + 1)]


def begin(visitor: Visitor) -> int:
    """Go to the page of Google and follow its link; gives the status of the way there."""
    (link,) = [href for href in reach(visitor, "google").links.values() if "/start?" in href]
    return visitor.client.get(link).status_code


def test_many_networks_leave_half_of_the_starts_to_who_connected_before(
    shared: dict[str, str],
) -> None:
    app = page_with("oauth_start_all=8/5m", **shared)
    owner = browser_at(app, "127.0.9.9")
    assert travel(owner, "google").heading == "Your mailbox is connected"
    assert [begin(visitor) for visitor in strangers(app, 6)] == [302] * 3 + [429] * 3
    assert [begin(owner) for _ in range(5)] == [302] * 4 + [429]


def test_many_networks_leave_half_of_the_code_exchanges_to_who_connected_before(
    shared: dict[str, str],
) -> None:
    app = page_with("oauth_exchange_all=6/5m", **shared)
    owner = browser_at(app, "127.0.9.9")
    assert travel(owner, "google").heading == "Your mailbox is connected"
    headings = [travel(visitor, "google").heading for visitor in strangers(app, 4)]
    assert headings == ["Your mailbox is connected"] * 2 + ["A short pause"] * 2
    assert travel(owner, "google").heading == "Your mailbox is connected"


def test_a_code_that_was_held_up_is_good_once_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wait = stopped_clock(monkeypatch, "time.monotonic", 1000.0)
    app = page_with("oauth_exchange_all=2/10s")
    first, second = strangers(app, 2)
    back = decide(second, start(second, reach(second, "google")))
    travel(first, "google")
    page = second.get(back)
    assert (page.status, page.response.headers["retry-after"]) == (429, "10")
    wait(10)
    assert second.get(back).heading == "Your mailbox is connected"


def test_callbacks_that_lead_nowhere_hold_no_one_up_who_comes_from_a_provider(
    shared: dict[str, str],
) -> None:
    app = page_with("oauth_callback_all=6/5m", **shared)
    statuses = [visitor.client.get(NOWHERE).status_code for visitor in strangers(app, 6)]
    assert statuses == [303] * 3 + [429] * 3
    person = browser_at(app, "127.0.9.9")
    assert travel(person, "google").heading == "Your mailbox is connected"
    assert person.client.get(NOWHERE).status_code == 303, "it has a good past now"


def test_starts_without_a_sign_in_take_no_room() -> None:
    app = page_with("oauth_start_all=2/5m")
    for visitor in strangers(app, 6):
        visitor.client.get("/oauth/google/start?s=invented&t=invented")
    assert begin(browser_at(app, "127.0.9.9")) == 302
