"""Where lines end on the smallest phone: not inside “sign-in”, and with no full stop on its own."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.states import enter, reach

pytestmark = pytest.mark.browser

SMALL: ViewportSize = {"width": 320, "height": 640}
# The text of each line.
_LINES = """element => {
  const lines = new Map();
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode())
    for (let at = 0; at < node.length; at++) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const top = Math.round(range.getBoundingClientRect().top);
      lines.set(top, (lines.get(top) ?? "") + node.data[at]);
    }
  return [...lines.values()];
}"""


def lines(text: Locator) -> Any:
    """The lines that a text is shown in."""
    return text.evaluate(_LINES)


def test_a_heading_keeps_a_short_compound_in_one_line(page: Page) -> None:
    page.set_viewport_size(SMALL)
    reach(page, "oauth-over")
    shown = lines(page.locator("h1"))
    assert len(shown) > 1
    assert any("sign-in" in line for line in shown), shown


def test_a_link_keeps_a_short_compound_in_one_line(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    reach(page, "app-chooser")
    shown = lines(page.locator("a", has_text="Not sure?"))
    assert len(shown) > 1
    assert any("e-mail" in line for line in shown), shown


@pytest.mark.parametrize("place", ["[role=alert] a", ".error"])
def test_an_address_wraps_at_its_marks_and_keeps_its_full_stop(page: Page, place: str) -> None:
    page.set_viewport_size(SMALL)
    reach(page, "entry-error")
    assert lines(page.locator(place))[-1].endswith("com.")


@pytest.mark.parametrize("size", [SMALL, {"width": 360, "height": 800}])
def test_no_line_of_an_address_ends_at_a_hyphen(page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    enter(page, "front-desk@our-little-shop-at-the-sea.example.com")
    shown = lines(page.locator(".address span").first)
    assert len(shown) > 1
    assert not [line for line in shown if line.endswith("-")], shown


def test_the_underline_of_the_language_has_no_blank_before_its_name(page: Page) -> None:
    reach(page, "entry")
    widths = page.locator(".language a").evaluate(
        """link => [...link.childNodes].filter(node => node.nodeName === "#text").map(node => {
          const range = document.createRange();
          range.selectNode(node);
          return [node.data.trim(), range.getBoundingClientRect().width];
        })"""
    )
    assert [text for text, width in widths if width] == ["English"]


def test_an_address_on_a_button_is_in_one_piece(page: Page) -> None:
    enter(page, "front-desk@gmial.com")
    expect(page.get_by_role("button", name="Yes, use front-desk@gmail.com")).to_be_visible()
