"""Callbacks of providers that belong to no sign-in here: each leads on, address and app kept."""

from collections.abc import Callable

import httpx
import pytest

from app import create_app
from latchkey.problems.apps import LINK_NEEDED
from latchkey.problems.oauth import CANCELLED, LINK_OVER
from tests.calling import CALLBACK, CallingApp
from tests.conftest import Clock, make_settings
from tests.journeys.test_oauth import PERSONS, decide, reach, start
from tests.pages import Page, Visitor

DONE = "Your mailbox is connected"
PAGE = create_app(make_settings(RETURN_URIS=CALLBACK))


def goes_on(visitor: Visitor, page: Page, key: str) -> Page:
    """The page says that the callback was none, and its button leads to the end."""
    assert (page.heading, page.status) == (LINK_OVER.title, LINK_OVER.status)
    assert page.url.path == f"/oauth/{key}"
    assert not {"code", "state"} & set(page.url.params), "secrets stay in the address"
    done = visitor.get(decide(visitor, start(visitor, page)))
    assert done.heading == DONE
    return done


@pytest.mark.parametrize("key", ["google", "zoom"])
@pytest.mark.parametrize("query", ["?code=made-at-the-marketplace", "?error=access_denied", ""])
def test_a_callback_without_a_state_leads_to_a_sign_in(key: str, query: str) -> None:
    visitor = Visitor.inside(PAGE)
    goes_on(visitor, visitor.get(f"/oauth/{key}/callback{query}"), key)


def test_a_callback_without_a_state_goes_on_with_the_sign_in_that_is_alive() -> None:
    visitor = Visitor.inside(PAGE)
    alive = reach(visitor, "google").url.params["s"]
    page = visitor.get("/oauth/google/callback?code=of-nobody")
    assert page.url.params["s"] == alive
    assert PERSONS["google"] in goes_on(visitor, page, "google").text


@pytest.mark.parametrize("key", PERSONS)
def test_the_older_of_two_tabs_goes_on_and_the_newer_stays_good(key: str) -> None:
    visitor = Visitor.inside(PAGE)
    page = reach(visitor, key)
    older, newer = (decide(visitor, start(visitor, page)) for _ in range(2))
    assert visitor.get(older).heading == LINK_OVER.title
    assert visitor.get(newer).heading == DONE
    assert visitor.get(older).heading == DONE


def test_a_reload_of_the_callback_shows_how_the_last_try_ended() -> None:
    visitor = Visitor.inside(PAGE)
    back = decide(visitor, start(visitor, reach(visitor, "microsoft")), ending="cancel")
    assert visitor.get(back).heading == CANCELLED.title
    assert visitor.get(back).heading == CANCELLED.title


@pytest.mark.parametrize("key", ["google", "microsoft"])
def test_an_answer_after_twenty_nine_minutes_still_counts(wait: Clock, key: str) -> None:
    visitor = Visitor.inside(PAGE)
    target = httpx.URL(decide(visitor, start(visitor, reach(visitor, key))))
    wait(29 * 60)
    # The sandbox's codes are over by then, as real ones are: what counts is that it is asked.
    assert visitor.get(str(target)).heading != LINK_OVER.title


@pytest.mark.parametrize("minutes", [31, 45, 23 * 60])
def test_who_comes_back_later_begins_again_with_address_and_app(wait: Clock, minutes: int) -> None:
    app = CallingApp(PAGE)
    visitor, page = app.send(provider="google", login_hint="someone@gmail.com", state="of-the-app")
    target = decide(visitor, start(visitor, page))
    wait(minutes * 60)
    done = goes_on(visitor, visitor.get(target), "google")
    assert "someone@gmail.com" in done.text
    assert app.heard(visitor.client.get(done.leading("/return")))["state"] == "of-the-app"


def test_in_another_browser_the_sign_in_begins_again_with_address_and_app() -> None:
    app = CallingApp(PAGE)
    first, page = app.send(provider="google", login_hint="someone@gmail.com", state="of-the-app")
    target = decide(first, start(first, page))
    other = Visitor.inside(PAGE)
    page = other.get(target)
    assert page.url.params["s"] != httpx.URL(target).params["state"].partition(".")[0]
    location = other.client.get(page.leading("/start?")).headers["location"]
    assert httpx.URL(location).params["login_hint"] == "someone@gmail.com"
    done = goes_on(other, page, "google")
    assert app.heard(other.client.get(done.leading("/return")))["state"] == "of-the-app"
    assert first.get(target).heading == DONE, "the first browser's own is as good as before"


def test_in_another_browser_a_sign_in_of_its_own_goes_first() -> None:
    first, other = Visitor.inside(PAGE), Visitor.inside(PAGE)
    target = decide(first, start(first, reach(first, "google")))
    own = other.enter("other@gmail.com").url.params["s"]
    page = other.get(target)
    assert page.url.params["s"] == own
    assert PERSONS["google"] not in page.text


def test_where_a_link_is_required_no_callback_takes_its_place(
    visit: Callable[..., Visitor],
) -> None:
    visitor = visit(LINK_REQUIRED="true")
    page = visitor.get("/oauth/zoom/callback?code=made-at-the-marketplace")
    assert page.heading == LINK_NEEDED.title
    assert visitor.get("/oauth/zoom").heading == LINK_NEEDED.title


def test_what_another_version_kept_of_a_sign_in_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, other = Visitor.inside(PAGE), Visitor.inside(PAGE)
    target = decide(first, start(first, reach(first, "google")))
    store = PAGE.extensions["services"].store
    get = store.get
    monkeypatch.setattr(
        store, "get", lambda key: {"of": "a later version"} if "sign-in:" in key else get(key)
    )
    page = other.get(target)
    assert PERSONS["google"] not in page.text
    goes_on(other, page, "google")
