"""The confirmation can be printed or saved, with all that is needed later and no button."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.states import STATES, reach

pytestmark = pytest.mark.browser


def test_one_click_prints_the_confirmation(page: Page) -> None:
    page.add_init_script("window.print = () => { document.title = 'printed'; }")
    reach(page, "connected")
    page.get_by_role("button", name="Print or save this page").click()
    expect(page).to_have_title("printed")


def test_on_paper_there_is_what_was_said_and_nothing_to_click(page: Page) -> None:
    reach(page, "connected")
    grant = page.locator("#grant-id").text_content()
    page.emulate_media(media="print")
    expect(page.get_by_text("someone@example.com")).to_be_visible()
    expect(page.get_by_text("To end the connection:")).to_be_visible()
    expect(page.locator(".only-print")).to_contain_text(f"Grant ID: {grant}")
    expect(page.locator(".only-print")).to_be_visible()
    expect(page.locator("button:visible, a[href^='/']:visible")).to_have_count(0)
    # A mark that is still arriving would be a pale one on paper.
    expect(page.locator(".done .icon")).to_have_css("animation-name", "none")


@pytest.mark.parametrize(
    ("locale", "written"),
    [("en-US", r"[A-Z][a-z]+ \d{1,2}, \d{4}"), ("de-DE", r"\d{1,2}\. [A-Z][a-zä]+ \d{4}")],
)
def test_on_paper_the_date_is_written_as_in_the_language_of_the_page(
    open_page: Callable[..., Page], locale: str, written: str
) -> None:
    page = open_page(locale=locale)
    STATES["connected"][1](page)
    date = page.locator("time")
    expect(date).to_have_text(re.compile(r"^\d{4}-\d\d-\d\d$"))
    page.pdf()
    expect(date).to_have_text(re.compile(f"^{written}$"))


def test_without_a_script_no_button_promises_to_print(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    reach(page, "connected")
    expect(page.locator("button:visible")).to_have_count(0)


def test_a_message_for_the_administrator_is_whole_on_paper(open_page: Callable[..., Page]) -> None:
    page = open_page(locale="de")
    STATES["oauth-admin"][1](page)
    page.emulate_media(media="print")
    message = page.locator("#message")
    assert message.evaluate("it => it.scrollHeight - it.clientHeight") <= 0
    expect(page.locator("button:visible, .copy a:visible, .provider-button:visible")).to_have_count(
        0
    )
