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
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == slip
    assert "Code: " in slip
