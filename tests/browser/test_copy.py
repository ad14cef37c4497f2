"""Texts that are there to be handed on."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.states import reach

pytestmark = pytest.mark.browser


def test_the_support_slip_is_copied_by_one_click(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reach(page, "ending-bad-key")
    page.get_by_text("Details for support").click()
    slip = page.get_by_label("Copy this into your message").input_value()
    page.get_by_role("button", name="Copy").click()
    copied = page.get_by_role("button", name="Copied")
    expect(copied).to_be_visible()
    # Told to those who do not see it.
    expect(copied).to_have_attribute("aria-live", "polite")
    assert page.evaluate("navigator.clipboard.readText()") == slip
    assert "Code: " in slip


# Stand-ins for a page without https, for a browser that asks, and for one that copies nothing.
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
REFUSED = "navigator.clipboard.writeText = () => Promise.reject(new DOMException('no'));"
NOTHING_WORKS = NO_CLIPBOARD + "document.execCommand = () => false;"


@pytest.mark.parametrize("without", [NO_CLIPBOARD, REFUSED])
def test_without_the_clipboard_the_selection_is_copied(page: Page, without: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.add_init_script(without)
    reach(page, "ending-bad-key")
    page.get_by_text("Details for support").click()
    slip = page.get_by_label("Copy this into your message").input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    # Pasted, as people do.
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.locator("body > textarea").press("Control+V")
    assert page.locator("body > textarea").input_value() == slip


def test_what_was_not_copied_is_not_said_to_be(page: Page) -> None:
    page.add_init_script(NOTHING_WORKS)
    reach(page, "ending-bad-key")
    page.get_by_text("Details for support").click()
    page.get_by_role("button", name="Copy").click()
    page.wait_for_timeout(300)
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()
    # Selected, to be copied by hand.
    slip = page.get_by_label("Copy this into your message")
    assert slip.evaluate("it => it.selectionEnd - it.selectionStart === it.value.length")
