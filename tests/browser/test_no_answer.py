"""An answer that never comes is told, and pressing again is safe."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from latchkey.connect.idempotency import LONGEST_SECONDS
from tests.browser.axe import flaws_everywhere
from tests.browser.conftest import Site
from tests.browser.states import enter, password

pytestmark = pytest.mark.browser

NO_ANSWER = "No answer came: the connection broke."


def offline(page: Page) -> None:
    page.context.set_offline(True)


def answer_of_a_proxy(page: Page) -> None:
    def fail(route: Route) -> None:
        route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")

    page.route("**/connect/**", fail)


def no_end(page: Page) -> None:
    """Hold the form back, and shorten the longest wait so that it is over at once."""
    page.route("**/connect/**", lambda route: None)
    page.evaluate(
        """() => {
          const { set } = Object.getOwnPropertyDescriptor(XMLHttpRequest.prototype, "timeout");
          Object.defineProperty(XMLHttpRequest.prototype, "timeout", {
            set(milliseconds) { set.call(this, milliseconds / 1000); },
          });
        }"""
    )


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    page = open_page()
    page.set_viewport_size({"width": 360, "height": 640})
    return page


@pytest.mark.parametrize("happens", [offline, answer_of_a_proxy, no_end])
def test_an_answer_that_does_not_come_is_told_on_the_screen(
    phone: Page, happens: Callable[[Page], None]
) -> None:
    enter(phone, "someone@example.com")
    phone.get_by_text("Server settings").click()
    password(phone).fill("secret")
    happens(phone)
    password(phone).press("Enter")
    said = phone.get_by_role("status").filter(has_text=NO_ANSWER)
    expect(said).to_be_in_viewport(ratio=0.9)
    expect(password(phone)).to_have_value("secret")
    button = phone.get_by_role("button", name="Connect mailbox")
    expect(button).not_to_have_attribute("aria-disabled", "true")
    assert flaws_everywhere(phone) == []


def test_after_an_answer_that_was_lost_pressing_again_sends_nothing_twice(
    page: Page, site: Site
) -> None:
    enter(page, "someone@example.com")
    password(page).fill("secret")

    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort("internetdisconnected")

    page.route("**/connect/**", lose)
    password(page).press("Enter")
    expect(page.get_by_role("status")).to_contain_text(NO_ANSWER)
    page.unroute_all()
    page.get_by_role("button", name="Connect mailbox").click()
    expect(page).to_have_title("Your mailbox is connected – Latchkey")
    assert len(site.nylas.sent) == 1


def test_the_page_waits_longer_than_a_sign_in_can_take(page: Page) -> None:
    enter(page, "someone@example.com")
    page.evaluate("() => { XMLHttpRequest.prototype.send = function () { window.sent = this; }; }")
    password(page).fill("secret")
    password(page).press("Enter")
    assert page.evaluate("() => window.sent.timeout") / 1000 > LONGEST_SECONDS
