"""There and back to the providers' own sign-in pages, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app import create_app
from latchkey.problems.oauth import (
    ADMIN_NEEDED,
    CANCELLED,
    CONDITIONAL_ACCESS,
    EXPIRED,
    NOT_IN_TENANT,
    SIGN_IN_AGAIN,
)
from latchkey.sandbox.oauth import ENDINGS
from tests.browser.axe import flaws_everywhere
from tests.browser.states import choose, enter
from tests.conftest import make_settings

pytestmark = pytest.mark.browser

DONE = "Your mailbox is connected"
NAMES = {"google": "Google", "microsoft": "Microsoft", "yahoo": "Yahoo", "zoom": "Zoom"}
PERSONS = {"google": "someone@gmail.com", "microsoft": "someone@outlook.com"}
# What the browser brings back; the others fail at the token endpoint and need no browser.
SHOWN = {
    "allow": DONE,
    "cancel": CANCELLED.title,
    "admin": ADMIN_NEEDED.title,
    "conditional-access": CONDITIONAL_ACCESS.title,
    "wrong-tenant": NOT_IN_TENANT.title,
    "unavailable": "Microsoft isn’t answering",
    "expired-code": EXPIRED.title,
    "wrong-secret": "This page isn’t set up correctly",
    "no-refresh-token": "This page isn’t set up correctly",
    "no-address": SIGN_IN_AGAIN.title,
    "dead-token": SIGN_IN_AGAIN.title,
}


@pytest.fixture
def open_oauth(served: Callable[..., str], open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens pages of a site whose providers are the sandbox's."""

    def open_it(**options: Any) -> Page:
        return open_page(url=served(create_app(make_settings())), **options)

    return open_it


def reach(page: Page, key: str) -> None:
    if key in PERSONS:
        enter(page, PERSONS[key])
    else:
        choose(page, NAMES[key])
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Continue with {NAMES[key]}")


def go(page: Page, key: str) -> None:
    """Follow the link to the provider."""
    verb = "Sign in" if key in PERSONS else "Continue"
    page.get_by_role("link", name=f"{verb} with {NAMES[key]}").click()
    expect(page.get_by_text(f"this is not the real {NAMES[key]}")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("key", NAMES)
def test_a_mailbox_is_connected_at_the_provider(
    open_oauth: Callable[..., Page], key: str, script: bool
) -> None:
    page = open_oauth(size="narrow", java_script_enabled=script)
    reach(page, key)
    go(page, key)
    page.get_by_label("Account").fill(PERSONS.get(key, "someone@nobody-knows.test"))
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(DONE)
    assert "code=" not in page.url
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(DONE)


def test_the_endings_tried_here_are_endings() -> None:
    assert set(SHOWN) <= {ending.name for ending in ENDINGS}


@pytest.mark.parametrize("ending", SHOWN)
def test_an_ending_has_its_page(open_oauth: Callable[..., Page], ending: str) -> None:
    page = open_oauth()
    reach(page, "microsoft")
    go(page, "microsoft")
    page.get_by_label("How it ends").select_option(ending)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SHOWN[ending])
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(SHOWN[ending])


def test_an_unticked_permission_is_named_and_can_be_given(
    open_oauth: Callable[..., Page],
) -> None:
    page = open_oauth()
    reach(page, "google")
    go(page, "google")
    page.get_by_label("https://www.googleapis.com/auth/calendar").uncheck()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("See and change calendars")).to_be_visible()
    go(page, "google")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(DONE)


def test_another_account_can_be_used_or_changed(open_oauth: Callable[..., Page]) -> None:
    page = open_oauth(size="narrow", scheme="dark")
    reach(page, "google")
    go(page, "google")
    page.get_by_label("Account").fill("other@example.org")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("That was another account")
    page.get_by_role("button", name="Use other@example.org").click()
    go(page, "google")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("other@example.org")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(DONE)


def test_an_administrator_can_approve(open_oauth: Callable[..., Page]) -> None:
    page = open_oauth()
    reach(page, "microsoft")
    go(page, "microsoft")
    page.get_by_role("button", name="An administrator must approve").click()
    message = page.get_by_label("Message to your administrator").input_value()
    link = next(word for word in message.split() if "/adminconsent" in word)
    page.goto(link)
    page.get_by_role("link", name="Approve").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you: Latchkey is approved")
    back = next(word for word in message.split() if "login_hint" in word)
    page.goto(back)
    expect(page.get_by_label("E-mail address")).to_have_value("someone@outlook.com")


def test_everybody_can_use_these_pages(open_oauth: Callable[..., Page]) -> None:
    page = open_oauth()
    for key in NAMES:
        reach(page, key)
        assert not flaws_everywhere(page)
    for ending in ("cancel", "admin", "no-address"):
        reach(page, "google")
        go(page, "google")
        page.get_by_label("How it ends").select_option(ending)
        page.get_by_role("button", name="Allow").click()
        expect(page.get_by_role("link", name="Choose another way")).to_be_visible()
        assert not flaws_everywhere(page)
