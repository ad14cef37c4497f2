"""Steps of a sign-in, for one client and for all together: who has room when."""

from functools import partial

import pytest
from flask import Flask

from latchkey.infra.limits import Window
from latchkey.problems.limits import CLIENT_LIMIT
from latchkey.web.flow import SignIn
from latchkey.web.limits import TooManyRequests, remember_browser, take_step
from tests.conftest import stopped_clock
from tests.latchkey.web.limits.bare import ONCE, Browser, bare_app, limiter_of, sign_in

LONGER = (Window(1, 90),)
ROOM = (Window(100, 60),)
STRANGERS_ARE_MANY = {"address_all": ROOM, "address_new": ONCE, "proof": ROOM}


@pytest.fixture(autouse=True)
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped_clock(monkeypatch, "time.monotonic", 1000.0)


def held_up(browser: Browser, found: SignIn | None = None, step: str = "address") -> int:
    """The seconds to wait, 0 when there was room."""
    try:
        browser.request(partial(take_step, step, found))
    except TooManyRequests as limit:
        return limit.wait
    return 0


def known_browser(app: Flask) -> Browser:
    browser = Browser(app)
    browser.request(remember_browser)
    return browser


def test_strangers_have_the_room_for_strangers() -> None:
    app = bare_app(STRANGERS_ARE_MANY)
    assert [held_up(Browser(app)) for _ in range(3)] == [0, 60, 60]
    assert held_up(Browser(app), sign_in()) == 60, "a sign-in alone proves nothing"
    assert limiter_of(app).number("address_all", "") == 1, "who is held up takes no room"
    assert limiter_of(app).number("address_new", "") == 1


def test_who_has_a_good_past_goes_on_when_strangers_have_no_room() -> None:
    app = bare_app(STRANGERS_ARE_MANY)
    known, stranger = known_browser(app), Browser(app)
    held_up(stranger)
    assert [held_up(known) for _ in range(3)] == [0] * 3
    assert held_up(stranger, sign_in(link="link-1")) == 0
    assert limiter_of(app).number("address_all", "") == 5
    assert limiter_of(app).number("address_new", "") == 1


def test_a_good_past_makes_no_room_where_nobody_has_any() -> None:
    app = bare_app({"address_all": LONGER, "address_new": ONCE, "proof": ROOM})
    known = known_browser(app)
    held_up(Browser(app))
    with pytest.raises(TooManyRequests) as raised:
        known.request(partial(take_step, "address", None))
    assert (raised.value.problem, raised.value.wait) == (CLIENT_LIMIT, 90)


def test_a_proof_has_room_of_its_own_in_each_step() -> None:
    rules = {"address_new": ONCE, "oauth_start_new": ONCE, "proof": LONGER}
    app = bare_app(rules)
    known, other = known_browser(app), known_browser(app)
    for step in ("address", "oauth_start"):
        held_up(Browser(app), step=step)
        for browser, found in (
            (known, None), (other, None), (known, sign_in(link="link-1")),
            (Browser(app), sign_in(link="link-2")),
        ):  # fmt: skip
            assert [held_up(browser, found, step) for _ in range(2)] == [0, 90]


def test_a_link_is_the_same_proof_in_every_browser() -> None:
    app = bare_app({"address_new": ONCE, "proof": LONGER})
    held_up(Browser(app))
    tries = [held_up(Browser(app, address), sign_in(link="l")) for address in ("::1", "::2")]
    assert tries == [0, 90]


def test_what_all_do_is_counted_for_each_step_alone() -> None:
    app = bare_app({"address_all": ONCE, "oauth_start_all": ONCE})
    browser = Browser(app)
    assert [held_up(browser, step=step) for step in ("address", "oauth_start")] == [0, 0]
    assert [held_up(browser, step=step) for step in ("address", "oauth_start")] == [60, 60]


def test_the_rule_that_held_somebody_up_is_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    app = bare_app(STRANGERS_ARE_MANY)
    for _ in range(2):
        held_up(Browser(app))
    assert '"outcome": "address_new"' in capsys.readouterr().out


def test_a_client_that_has_no_room_takes_none_of_the_others() -> None:
    app = bare_app({"address": ONCE, "address_all": ROOM, "address_new": ROOM})
    known = known_browser(app)
    assert [held_up(known) for _ in range(2)] == [0, 60]
    assert limiter_of(app).number("address_all", "") == 1
    assert held_up(Browser(app, "198.51.100.2")) == 0


def test_the_address_of_a_signed_link_does_not_count_for_the_client() -> None:
    app = bare_app({"address": ONCE, "oauth_start": ONCE})
    browser = Browser(app)
    assert [held_up(browser, sign_in(link="link-1")) for _ in range(2)] == [0, 0]
    assert held_up(browser, sign_in()) == 0
    tries = [held_up(browser, sign_in(link="link-1"), "oauth_start") for _ in range(2)]
    assert tries == [0, 60], "the other steps do"


def test_an_exchange_of_a_code_counts_for_the_client_as_a_callback() -> None:
    app = bare_app({"oauth_callback": ONCE})
    browser = Browser(app)
    assert [held_up(browser, step=step) for step in ("oauth_exchange", "oauth_callback")] == [0, 60]


@pytest.mark.parametrize("step", ["address", "oauth_start", "oauth_callback"])
def test_a_step_is_limited_by_client(step: str) -> None:
    app = bare_app({step: ONCE})
    assert [held_up(Browser(app), step=step) for _ in range(2)] == [0, 60]
    assert held_up(Browser(app, "198.51.100.2"), step=step) == 0


def test_people_read_that_there_were_many_requests() -> None:
    app = bare_app({"address": ONCE})

    @app.get("/step")
    def step() -> str:
        take_step("address", None)
        return "done"

    client = app.test_client()
    assert client.get("/step").text == "done"
    answer = client.get("/step")
    assert (answer.status_code, answer.text) == (429, "client_limit")
    assert answer.headers["Retry-After"] == "60"


def test_what_leads_nowhere_counts_for_its_client_alone() -> None:
    app = bare_app({"address": (Window(2, 60),), "address_all": ONCE})
    browser = Browser(app)
    for _ in range(2):
        browser.request(partial(take_step, "address", None, valid=False))
    with pytest.raises(TooManyRequests):
        browser.request(partial(take_step, "address", None, valid=False))
    assert held_up(Browser(app, "198.51.100.2")) == 0
