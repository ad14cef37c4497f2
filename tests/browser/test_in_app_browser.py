"""The browser of another app, which Google refuses: told before leaving, with a way on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.states import DONE, enter, sign_in

pytestmark = pytest.mark.browser

INSTAGRAM = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Mobile/15E148 Instagram 390.0.0.28.80"
)


@pytest.fixture
def in_app(open_page: Callable[..., Page]) -> Page:
    return open_page(size="narrow", user_agent=INSTAGRAM)


def test_google_is_told_about_before_anybody_leaves_and_the_link_is_copied(in_app: Page) -> None:
    in_app.context.grant_permissions(["clipboard-read", "clipboard-write"])
    enter(in_app, "someone@gmail.com")
    note = in_app.get_by_role("status").filter(has_text="Instagram")
    expect(note).to_contain_text("Google doesn’t allow signing in inside Instagram.")
    expect(note).to_contain_text("Open in browser")
    link = in_app.get_by_label("Link to this page").input_value()
    in_app.get_by_role("button", name="Copy").click()
    expect(in_app.get_by_role("button", name="Copied")).to_be_visible()
    assert in_app.evaluate("navigator.clipboard.readText()") == link


def test_the_copied_link_goes_on_in_the_usual_browser(
    in_app: Page, open_page: Callable[..., Page]
) -> None:
    enter(in_app, "someone@gmail.com")
    link = in_app.get_by_label("Link to this page").input_value()
    usual = open_page()
    usual.goto(link)
    expect(usual.get_by_label("E-mail address")).to_have_value("someone@gmail.com")
    usual.get_by_role("button", name="Continue").click()
    expect(usual.get_by_role("heading", name="Continue with Google")).to_be_visible()
    expect(usual.get_by_label("Link to this page")).to_have_count(0)


def test_ways_with_a_password_stay_open_there(in_app: Page) -> None:
    sign_in(in_app, "someone@example.com")
    expect(in_app.get_by_role("heading", name=DONE)).to_be_visible()


def test_other_providers_say_nothing_of_it(in_app: Page) -> None:
    enter(in_app, "someone@outlook.com")
    expect(in_app.get_by_role("heading", name="Continue with Microsoft")).to_be_visible()
    expect(in_app.get_by_label("Link to this page")).to_have_count(0)
