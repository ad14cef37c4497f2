"""An answer that the script puts in a page's place begins as a page that was loaded does."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import running_site
from tests.browser.states import enter, lead_on, password, send

pytestmark = pytest.mark.browser


def send_from_below(page: Page, email: str) -> None:
    """Send a password with the button in the middle of a phone's screen."""
    page.set_viewport_size({"width": 360, "height": 560})
    enter(page, email)
    password(page).fill("secret")
    page.locator("form button.primary").evaluate("it => it.scrollIntoView({block: 'center'})")
    assert page.evaluate("scrollY") > 100
    lead_on(page)


def heading(page: Page) -> Locator:
    return page.locator("h1")


@pytest.mark.parametrize("ending", ["internal", "timeout", "rate-limited"])
def test_a_page_about_a_problem_is_read_from_its_heading(page: Page, ending: str) -> None:
    send_from_below(page, f"{ending}@example.com")
    expect(page.locator(".lead[role=alert]")).to_be_in_viewport(ratio=1)
    expect(heading(page)).to_be_in_viewport(ratio=1)
    expect(heading(page)).to_be_focused()
    assert heading(page).evaluate("it => getComputedStyle(it).outlineStyle") == "none"
    # A stop for the script, and none for the Tab key.
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(heading(page)).not_to_be_focused()


def test_a_page_about_a_limit_is_read_from_its_heading(open_page: Callable[..., Page]) -> None:
    with running_site(LIMITS="mailbox=1/5m") as site:
        page = open_page(url=site.url)
        enter(page, "wrong-password@example.com")
        send(page)
        expect(page.get_by_role("alert")).to_be_focused()
        send_from_below(page, "wrong-password@example.com")
        expect(page).to_have_title("Error: A short pause for this mailbox – Latchkey")
        expect(heading(page)).to_be_in_viewport(ratio=1)
        expect(heading(page)).to_be_focused()


@pytest.mark.parametrize("email", ["wrong-password@yahoo.com", "unreachable@example.com"])
def test_a_form_that_is_shown_again_begins_with_what_went_wrong(page: Page, email: str) -> None:
    send_from_below(page, email)
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert.get_by_role("heading")).to_be_in_viewport(ratio=1)
    expect(heading(page)).to_be_in_viewport(ratio=1)
    expect(heading(page)).not_to_have_attribute("tabindex", "-1")
