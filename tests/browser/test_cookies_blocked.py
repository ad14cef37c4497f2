"""A browser that blocks cookies: told at once, with the way back, and on once they are allowed."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import flaws_everywhere
from tests.browser.hosted import APPLICATION, BACK, EMAIL, Hosted, heard
from tests.browser.states import send

pytestmark = pytest.mark.browser


def block_cookies(page: Page) -> None:
    """Take the cookies out of every answer, as a browser does that keeps none."""

    def without(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        kept = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
        page.context.clear_cookies()
        route.fulfill(response=answer, headers=kept)

    page.route("**/*", without)


def arrive(page: Page, hosted: Hosted) -> None:
    asked = {
        "client_id": APPLICATION,
        "redirect_uri": hosted.callback,
        "response_type": "code",
        "state": "of the app",
    }
    page.goto(f"{hosted.url}/v3/connect/auth?{urlencode(asked)}")


def test_it_is_said_and_the_way_back_works(person: Page, hosted: Hosted) -> None:
    block_cookies(person)
    arrive(person, hosted)
    expect(person.get_by_role("heading", name="Please allow cookies")).to_be_visible()
    assert flaws_everywhere(person) == []
    person.get_by_role("link", name=BACK).click()
    told = heard(person)
    assert told["error"] == "access_denied"
    assert told["state"] == "of the app"


def test_once_they_are_allowed_the_sign_in_ends_at_the_app(person: Page, hosted: Hosted) -> None:
    block_cookies(person)
    arrive(person, hosted)
    person.get_by_label("E-mail address").fill(EMAIL)
    person.get_by_role("button", name="Continue").click()
    expect(person.get_by_role("heading", name="Please allow cookies")).to_be_visible()
    person.unroute_all(behavior="wait")
    person.get_by_role("button", name="Continue").click()
    person.get_by_role("button", name="Continue").click()
    send(person)
    person.get_by_role("link", name="Continue to Latchkey").click()
    told = heard(person)
    assert told["state"] == "of the app"
    assert told["code"]
