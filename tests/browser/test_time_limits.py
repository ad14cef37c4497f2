"""Time limits can be extended, and what happens by itself can be stopped (WCAG 2.2, 2.2.1)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, running_site
from tests.browser.states import enter, password

pytestmark = pytest.mark.browser


def wait_25_minutes(page: Page) -> None:
    # Until then the script has set no timer that could fire.
    page.wait_for_load_state()
    page.clock.fast_forward("25:00")


def test_the_password_page_can_be_kept_open(page: Page, site: Site) -> None:
    page.clock.install()
    enter(page, "someone@example.com")
    password(page).fill("half a passw")
    note = page.get_by_text("this page starts over in five minutes")
    expect(note).to_be_hidden()
    wait_25_minutes(page)
    expect(note).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "HEAD") as extended:
        page.get_by_role("button", name="Keep it open").click()
    assert extended.value.status == 200
    expect(page.get_by_text("Thank you, it stays open.")).to_be_visible()
    expect(page.get_by_role("button", name="Keep it open")).to_be_hidden()
    # Not lost with the button.
    expect(page.get_by_text("Thank you, it stays open.")).to_be_focused()
    expect(password(page)).to_have_value("half a passw")
    wait_25_minutes(page)
    expect(page.get_by_role("button", name="Keep it open")).to_be_visible()


def test_a_sign_in_that_is_over_is_not_kept_open_but_told(page: Page) -> None:
    page.clock.install()
    enter(page, "someone@example.com")
    wait_25_minutes(page)
    page.context.clear_cookies()
    page.get_by_role("button", name="Keep it open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connect your mailbox")
    expect(page.get_by_role("alert")).to_be_visible()


def test_a_page_that_could_not_be_kept_open_says_so_and_can_be_tried_again(page: Page) -> None:
    page.clock.install()
    enter(page, "someone@example.com")
    wait_25_minutes(page)
    page.context.set_offline(True)
    button = page.get_by_role("button", name="Keep it open")
    button.click()
    said = page.locator("[data-keep-open]")
    expect(said).to_contain_text("No answer came")
    page.context.set_offline(False)
    button.click()
    expect(page.get_by_text("Thank you, it stays open.")).to_be_visible()


def test_a_page_that_leads_on_by_itself_can_be_stayed_on(open_page: Callable[..., Page]) -> None:
    back = "https://app.example.com/back"
    with running_site(RETURN_URIS=back, AUTO_RETURN="true") as site:
        page = open_page(url=site.url, java_script_enabled=False)
        page.route("https://app.example.com/**", lambda route: route.fulfill(body="the app"))
        page.goto(f"/?redirect_uri={back}")
        page.get_by_label("E-mail address").fill("someone@example.com")
        page.get_by_role("button", name="Continue").click()
        password(page).fill("secret")
        page.get_by_role("button", name="Connect mailbox").click()
        page.get_by_role("link", name="Stay on this page").click()
        expect(page.get_by_role("link", name="Continue to Latchkey")).to_be_visible()
        expect(page.get_by_text("This happens by itself in a moment.")).to_be_hidden()
        page.wait_for_timeout(3500)
        assert page.url.startswith(site.url)


def test_a_screen_reader_hears_whether_the_password_is_visible(page: Page) -> None:
    enter(page, "someone@example.com")
    status = page.locator("[data-password] [aria-live]").first
    expect(status).to_have_text("")
    page.get_by_role("button", name="Show password").first.click()
    expect(status).to_have_text("Your password is visible now.")
    page.get_by_role("button", name="Hide password").first.click()
    expect(status).to_have_text("Your password is hidden.")


def test_a_password_is_hidden_again_when_the_browser_brings_the_page_back(page: Page) -> None:
    enter(page, "someone@example.com")
    password(page).fill("secret")
    page.get_by_role("button", name="Show password").first.click()
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(password(page)).to_have_attribute("type", "password")
