"""The password box works with eyes, hands and password managers of all kinds."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, launch_options
from tests.browser.states import enter, password, reach, send, unfold

pytestmark = pytest.mark.browser

WITH_FORMS = ("entry", "entry-error", "imap-open", "icloud", "ews", "imap-known-wrong-password")


def test_a_password_can_be_looked_at(page: Page) -> None:
    enter(page, "someone@example.com")
    password(page).fill(" my secret ")
    expect(password(page)).to_have_attribute("type", "password")
    show = page.get_by_role("button", name="Show password")
    hide = page.get_by_role("button", name="Hide password")
    password(page).press("Tab")
    expect(show).to_be_focused()
    expect(show).to_have_text("Show")
    page.keyboard.press("Enter")
    expect(hide).to_be_focused()
    expect(hide).to_have_text("Hide")
    expect(password(page)).to_have_attribute("type", "text")
    expect(password(page)).to_have_value(" my secret ")
    page.keyboard.press("Space")
    expect(show).to_be_focused()
    expect(password(page)).to_have_attribute("type", "password")
    expect(password(page)).to_have_value(" my secret ")


def test_a_password_that_is_looked_at_is_not_written_to_disk(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    chromium = browser.browser_type
    context = chromium.launch_persistent_context(
        tmp_path, base_url=site.url, **launch_options(chromium)
    )
    page = context.pages[0]
    enter(page, "someone@example.com")
    password(page).fill("a password of mine")
    page.get_by_role("button", name="Show password").click()
    page.evaluate(
        "document.forms[0].append(Object.assign(document.createElement('input'), "
        "{name: 'beside', value: 'a text beside it'}))"
    )
    until = time.monotonic() + 30
    while "a text beside it" not in (written := on_disk(tmp_path)) and time.monotonic() < until:
        page.wait_for_timeout(500)
    context.close()
    written += on_disk(tmp_path)
    assert "a text beside it" in written, "Chromium keeps what is typed, for the time after a crash"
    assert "a password of mine" not in written


def on_disk(profile: Path) -> str:
    """What a browser keeps of its windows, in which texts are UTF-16 at any place."""
    contents = [file.read_bytes() for file in profile.glob("Default/Sessions/*")]
    return "".join(
        content[start:].decode("utf-16-le", "replace") for content in contents for start in (0, 1)
    )


def test_nothing_that_is_typed_is_corrected_or_sent_to_a_spelling_check(page: Page) -> None:
    enter(page, "someone@example.com")
    treated = page.locator("form input:not([type=hidden])").evaluate_all(
        "boxes => boxes.map(box => [box.autocapitalize, box.spellcheck].join())"
    )
    assert len(treated) == 9
    assert set(treated) == {"none,false"}


def test_each_password_box_has_a_button_of_its_own(page: Page) -> None:
    enter(page, "someone@example.com")
    unfold(page)
    sending = page.get_by_label("Password for sending", exact=True)
    page.get_by_role("button", name="Show password").nth(1).click()
    expect(sending).to_have_attribute("type", "text")
    expect(password(page)).to_have_attribute("type", "password")


@pytest.mark.parametrize("state", WITH_FORMS)
def test_without_script_every_button_that_is_there_works(
    open_page: Callable[..., Page], state: str
) -> None:
    page = open_page(java_script_enabled=False)
    reach(page, state)
    buttons = page.locator("button:visible, [role=button]:visible")
    expect(buttons).to_have_count(1)
    expect(buttons).to_have_attribute("type", "submit")


def test_a_password_can_be_pasted(page: Page, site: Site) -> None:
    enter(page, "someone@exchange.example.com")
    page.get_by_label("Login name").fill("someone@exchange.example.com")
    page.get_by_label("Login name").press("Control+a")
    page.keyboard.press("Control+c")
    password(page).press("Control+v")
    expect(password(page)).to_have_value("someone@exchange.example.com")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Your mailbox is connected – Latchkey")
    assert site.nylas.settings["ews_password"] == "someone@exchange.example.com"


@pytest.mark.parametrize(
    "email", ["someone@example.com", "someone@icloud.com", "someone@exchange.example.com"]
)
def test_password_managers_find_what_they_look_for(page: Page, email: str) -> None:
    page.goto("/")
    box = page.get_by_label("E-mail address")
    expect(box).to_have_attribute("autocomplete", "username")
    expect(box).to_have_attribute("type", "email")
    enter(page, email)
    names = page.locator("form [autocomplete=username]")
    expect(names).to_have_count(1)
    expect(names).to_have_value(email)
    expect(names).not_to_have_attribute("type", "hidden")
    secrets = page.locator("form [autocomplete=current-password]")
    expect(secrets).to_have_count(1)
    expect(secrets).to_have_attribute("name", "password")
    expect(page.locator("form [maxlength], form [pattern]")).to_have_count(0)
    order = page.locator("form input").evaluate_all("all => all.map(box => box.autocomplete)")
    assert order.index("username") < order.index("current-password")


def test_an_address_changed_in_the_page_changes_nothing(page: Page, site: Site) -> None:
    enter(page, "someone@icloud.com")
    page.evaluate("document.querySelector('[name=email]').value = 'victim@icloud.com'")
    send(page, "abcd-efgh-ijkl-mnop")
    expect(page.get_by_role("heading", name="Your mailbox is connected")).to_be_visible()
    expect(page.get_by_text("someone@icloud.com")).to_be_visible()
    assert site.nylas.settings["username"] == "someone@icloud.com"
