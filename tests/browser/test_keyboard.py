"""Everything can be done, and seen, with the keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Site
from tests.browser.states import UNKNOWN, enter, reach

pytestmark = pytest.mark.browser

MOST_STOPS = 30
FOCUS = """() => {
  const it = document.activeElement, style = getComputedStyle(it), line = it.getClientRects()[0];
  const there = document.elementFromPoint(line.x + line.width / 2, line.y + line.height / 2);
  return {
    ring: style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2,
    uncovered: it === there || it.contains(there),
  };
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until ``target`` has the focus, which must be seen at every stop."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS) == {"ring": True, "uncovered": True}
        if target.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {target}")


@pytest.mark.parametrize("way", [{"size": "narrow", "scheme": "dark"}, {"size": "wide"}])
@pytest.mark.parametrize("script", [True, False])
def test_a_mailbox_is_connected_through_the_chooser(
    open_page: Callable[..., Page], site: Site, way: dict[str, str], script: bool
) -> None:
    page = open_page(java_script_enabled=script, **way)
    page.goto("/")
    tab_to(page, page.get_by_label("E-mail address"))
    page.keyboard.type(UNKNOWN)
    page.keyboard.press("Enter")
    expect(page).to_have_title("Choose your mail provider – Latchkey")
    tab_to(page, page.get_by_role("link", name="Another mail provider"))
    page.keyboard.press("Enter")
    expect(page).to_have_title("Sign in to nobody-knows.test – Latchkey")
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type("secret")
    tab_to(page, page.get_by_text("Server settings"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Login name", exact=True))
    page.keyboard.type("another")
    tab_to(page, page.get_by_label("Incoming mail server (IMAP)"))
    page.keyboard.type("imap.nobody-knows.test")
    tab_to(page, page.get_by_role("button", name="Connect mailbox"))
    page.keyboard.press("Enter")
    expect(page).to_have_title("Your mailbox is connected – Latchkey")
    assert site.nylas.settings == {
        "imap_username": "another", "imap_password": "secret",
        "imap_host": "imap.nobody-knows.test", "imap_port": 993,
    }  # fmt: skip


def test_an_error_leads_to_its_field(page: Page) -> None:
    enter(page, "not an address")
    expect(page.get_by_role("alert")).to_be_focused()
    tab_to(page, page.get_by_role("alert").get_by_role("link"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("E-mail address")).to_be_focused()


def test_a_field_with_a_mistake_is_seen_in_a_low_window_with_large_text(page: Page) -> None:
    page.set_viewport_size({"width": 568, "height": 320})
    reach(page, "host-refused")
    page.evaluate("document.documentElement.style.fontSize = '212.5%'")
    page.get_by_role("alert").get_by_role("link").press("Enter")
    expect(page.get_by_label("Incoming mail server (IMAP)")).to_be_focused()
    expect(page.get_by_label("Incoming mail server (IMAP)")).to_be_in_viewport(ratio=1)


def test_a_script_that_comes_late_leaves_the_focus_where_somebody_types(page: Page) -> None:
    held: list[Route] = []
    page.route("**/app.js*", lambda route: held.append(route))
    page.goto("/", wait_until="commit")
    page.get_by_label("E-mail address").fill("someone@")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("E-mail address").press("End")
    page.keyboard.type("exam")
    held[-1].continue_()
    page.wait_for_load_state()
    page.keyboard.type("ple.com")
    expect(page.get_by_label("E-mail address")).to_have_value("someone@example.com")
