"""A phone on its side has little height."""

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.states import reach

pytestmark = pytest.mark.browser

WIDE, HIGH = 640, 360
# The lower edge of the button may be out of sight, but none of its words.
_EDGE = 10


def bottom(part: Locator) -> float:
    box = part.bounding_box()
    assert box
    return box["y"] + box["height"]


def test_the_button_of_the_first_page_is_in_view(page: Page) -> None:
    page.set_viewport_size({"width": WIDE, "height": HIGH})
    reach(page, "entry")
    # Only the sandbox has a banner.
    banner = bottom(page.locator(".banner"))
    assert bottom(page.locator("button.primary")) - banner <= HIGH + _EDGE
