"""From the address to the confirmation, with and without JavaScript."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.states import choose, enter, password, send, sign_in, unfold

pytestmark = pytest.mark.browser

DONE = "Your mailbox is connected – Latchkey"
WAYS = [
    pytest.param({"size": "narrow", "scheme": "light"}, id="narrow"),
    pytest.param({"size": "wide", "scheme": "dark"}, id="wide-dark"),
    pytest.param(
        {"size": "narrow", "scheme": "dark", "java_script_enabled": False},
        id="narrow-dark-without-script",
    ),
    pytest.param(
        {"size": "wide", "scheme": "light", "java_script_enabled": False},
        id="wide-without-script",
    ),
]
# As the pages of providers show them; any other mailbox has a password of its owner's.
APP_PASSWORDS = {
    "someone@yahoo.com": "abcd\u00a0efgh\u00a0ijkl\u00a0mnop",
    "someone@icloud.com": " abcd-efgh-ijkl-mnop",
}
# One with JavaScript and one without, where more would show nothing new.
TWO_WAYS = (WAYS[0], WAYS[3])
SETTINGS = {
    "someone+tag@example.com": {
        "imap_username": "someone+tag@example.com",
        "imap_password": "  pass word ",
    },
    "someone@yahoo.com": {
        "imap_username": "someone@yahoo.com",
        "imap_password": "abcdefghijklmnop",
        "imap_host": "imap.mail.yahoo.com",
        "imap_port": 993,
        "smtp_host": "smtp.mail.yahoo.com",
        "smtp_port": 465,
    },
    "someone@icloud.com": {
        "username": "someone@icloud.com",
        "password": "abcd-efgh-ijkl-mnop",
    },
    "someone@exchange.example.com": {
        "email": "someone@exchange.example.com",
        "ews_username": "someone@exchange.example.com",
        "ews_password": "  pass word ",
    },
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("email", SETTINGS)
def test_a_mailbox_is_connected(
    open_page: Callable[..., Page], site: Site, way: dict[str, object], email: str
) -> None:
    page = open_page(**way)
    enter(page, email)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sign in to ")
    expect(page.get_by_text(email, exact=True)).to_be_visible()
    send(page, APP_PASSWORDS.get(email, "  pass word "))
    expect(page).to_have_title(DONE)
    expect(page).to_have_url(re.compile(r"/connected\?s=[\w-]{8}$"))
    expect(page.get_by_text(email, exact=True)).to_be_visible()
    expect(page.get_by_text("Reading mail")).to_be_visible()
    assert [body["settings"] for body in site.nylas.sent] == [SETTINGS[email]]


@pytest.mark.parametrize("way", TWO_WAYS)
def test_an_app_password_is_explained_before_the_password_is_asked_for(
    open_page: Callable[..., Page], way: dict[str, object]
) -> None:
    page = open_page(**way)
    enter(page, "someone@yahoo.com")
    note = page.get_by_text("Yahoo! Mail needs an app password here.")
    link = page.get_by_role("link", name="Open the page at Yahoo! Mail (new tab)")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("href", re.compile("^https://login.yahoo.com/"))
    note_box, field_box = note.bounding_box(), password(page).bounding_box()
    assert note_box
    assert field_box
    assert note_box["y"] < field_box["y"]


@pytest.mark.parametrize("way", WAYS)
def test_a_password_that_is_no_app_password_is_asked_about_once(
    open_page: Callable[..., Page], site: Site, way: dict[str, object]
) -> None:
    page = open_page(**way)
    sign_in(page, "someone@icloud.com", "my usual password")
    expect(page).to_have_title("Error: Sign in to Apple iCloud – Latchkey")
    expect(password(page)).to_have_accessible_description(re.compile("so it wasn’t sent"))
    expect(password(page)).to_have_accessible_name("App password")
    expect(password(page)).to_have_value("")
    assert "my usual" not in page.content()
    assert site.nylas.sent == []
    scripted = way.get("java_script_enabled", True)
    expect(page.locator("noscript p")).to_be_visible(visible=not scripted)
    if not scripted:
        page.get_by_role("button", name="Use it anyway").click()
        expect(password(page)).to_have_accessible_description(re.compile("didn’t keep it"))
        password(page).fill("my usual password")
    page.get_by_role("button", name="Use it anyway").click()
    expect(page).to_have_title(DONE)
    assert site.nylas.settings["password"] == "my usual password"


@pytest.mark.parametrize("way", WAYS)
def test_after_a_wrong_password_only_the_password_is_typed_again(
    open_page: Callable[..., Page], site: Site, way: dict[str, object]
) -> None:
    page = open_page(**way)
    enter(page, "someone@example.com")
    unfold(page)
    page.get_by_label("Login name", exact=True).fill("some.one")
    page.get_by_label("Incoming mail server (IMAP)").fill("imap.example.com")
    send(page, "wrong")
    expect(page).to_have_title("Error: Sign in to example.com – Latchkey")
    text = "example.com didn’t accept this address and password. Please type the password again."
    expect(password(page)).to_have_accessible_description(text)
    expect(password(page)).to_have_attribute("aria-invalid", "true")
    expect(password(page)).to_have_value("")
    expect(page.get_by_text("someone@example.com", exact=True)).to_be_visible()
    if way.get("java_script_enabled", True):
        expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name=text).click()
    expect(password(page)).to_be_focused()
    send(page, "right")
    expect(page).to_have_title(DONE)
    assert site.nylas.settings["imap_username"] == "some.one"
    assert site.nylas.settings["imap_password"] == "right"


@pytest.mark.parametrize("way", TWO_WAYS)
@pytest.mark.parametrize(
    ("email", "field"),
    [
        ("unreachable@example.com", "Incoming mail server (IMAP)"),
        ("unreachable@exchange.example.com", "Exchange server"),
    ],
)
def test_a_typed_server_that_does_not_answer_is_told_at_its_field(
    open_page: Callable[..., Page], way: dict[str, object], email: str, field: str
) -> None:
    page = open_page(**way)
    enter(page, email)
    unfold(page)
    page.get_by_label(field).fill(f"mail.{email.partition('@')[2]}")
    send(page)
    host = page.get_by_label(field)
    expect(host).to_be_visible()
    expect(host).to_have_attribute("aria-invalid", "true")
    expect(host).to_have_accessible_description(re.compile("We couldn’t reach the mail server"))
    page.get_by_role("alert").get_by_role("link", name="We couldn’t reach").click()
    expect(host).to_be_focused()


def test_who_typed_an_address_only_sees_no_server_fields(page: Page) -> None:
    sign_in(page, "unreachable@example.com")
    expect(page.get_by_role("alert")).to_contain_text("We couldn’t reach the mail server")
    expect(page.get_by_label("Incoming mail server (IMAP)")).to_be_hidden()
    expect(password(page)).to_be_visible()


@pytest.mark.parametrize(
    ("name", "title", "again"),
    [
        ("bad-key", "This page isn’t set up correctly", False),
        ("plan", "This page isn’t set up correctly", False),
        ("no-connector", "This page isn’t set up correctly", False),
        ("timeout", "We don’t know whether it worked", True),
        ("internal", "The service isn’t answering", True),
        ("rate-limited", "Too many sign-ins just now", True),
    ],
)
def test_what_nobody_can_mend_in_the_form_has_a_page_of_its_own(
    page: Page, site: Site, name: str, title: str, again: bool
) -> None:
    enter(page, f"{name}@example.com")
    unfold(page)
    page.get_by_label("Incoming mail server").fill("imap.example.com")
    send(page)
    expect(page).to_have_title(f"Error: {title} – Latchkey")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("Support code:")).to_be_visible()
    expect(page.get_by_role("link", name="Try again")).to_be_visible(visible=again)
    assert len(site.nylas.sent) == 1, "a password is never sent again by itself"
    if again:
        page.get_by_role("link", name="Try again").click()
        expect(page).to_have_title("Sign in to example.com – Latchkey")
        expect(password(page)).to_have_value("")
        expect(page.locator("#imap_host")).to_have_value("imap.example.com")


def test_a_grant_that_was_made_although_the_answer_was_lost_is_found(page: Page) -> None:
    sign_in(page, "timeout-made@example.com")
    expect(page).to_have_title(DONE)


def test_the_chooser_leads_where_detection_did_not(page: Page, site: Site) -> None:
    choose(page, "Microsoft Exchange")
    send(page)
    expect(page).to_have_title(DONE)
    assert site.nylas.sent[0]["provider"] == "ews"


def test_another_address_can_be_typed_after_all(page: Page) -> None:
    enter(page, "someone@example.com")
    page.get_by_role("link", name="Change the address").click()
    expect(page.get_by_label("E-mail address")).to_have_value("someone@example.com")
    page.get_by_label("E-mail address").fill("other@example.com")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("other@example.com", exact=True)).to_be_visible()


def test_the_confirmation_can_be_reloaded_without_sending_anything(page: Page, site: Site) -> None:
    sign_in(page, "someone@example.com")
    expect(page).to_have_title(DONE)
    page.reload()
    expect(page).to_have_title(DONE)
    assert len(site.nylas.sent) == 1


@pytest.mark.parametrize("way", TWO_WAYS)
def test_going_back_after_success_shows_no_password(
    open_page: Callable[..., Page], site: Site, way: dict[str, object]
) -> None:
    page = open_page(**way)
    sign_in(page, "someone@example.com", "back-to-no-secret")
    expect(page).to_have_title(DONE)
    page.go_back()
    expect(page).to_have_title(DONE)
    assert "back-to-no-secret" not in page.content()
    expect(page.locator("input")).to_have_count(0)
    page.go_back()
    expect(page).to_have_title("Connect your mailbox – Latchkey")
    assert len(site.nylas.sent) == 1


def test_two_tabs_connect_two_mailboxes(page: Page, site: Site) -> None:
    other = page.context.new_page()
    enter(page, "one@example.com")
    enter(other, "two@icloud.com")
    send(page, "first")
    expect(page).to_have_url(re.compile("/connected"))
    expect(page.get_by_text("one@example.com")).to_be_visible()
    send(other, "abcd-efgh-ijkl-mnop")
    expect(other).to_have_url(re.compile("/connected"))
    expect(other.get_by_text("two@icloud.com")).to_be_visible()
    assert [body["settings"].get("imap_password") for body in site.nylas.sent] == ["first", None]
    assert site.nylas.settings == {
        "username": "two@icloud.com",
        "password": "abcd-efgh-ijkl-mnop",
    }
