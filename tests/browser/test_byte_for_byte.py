"""A password reaches the mail server as it was typed, byte for byte."""

import unicodedata
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.states import enter, password, send, unfold
from tests.servers import dovecot

pytestmark = pytest.mark.browser

# What is right, and what is so only nearly.
PASSWORDS = {
    "leading@example.com": ("  two before", " two before"),
    "trailing@example.com": ("two behind  ", "two behind "),
    "only-blanks@example.com": ("   ", "  "),
    "signs@example.com": ("<&+%\\>#?;=", "<&+%\\\\>#?;="),
    "escapes@example.com": ("&amp;%20+%2B", "& +"),
    "quotes@example.com": ("\"'`\"\"''", "\"'`\"''"),
    "backslashes@example.com": ("\\\\\"\\n{5}", "\\\"\\n{5}"),
    "capitals@example.com": ("CamelCase", "camelcase"),
    "groups@example.com": ("abcd efgh ijkl mnop", "abcdefghijklmnop"),
    "long@example.com": ("0123456789" * 20, "0123456789" * 19 + "012345678"),
}  # fmt: skip
NFC = unicodedata.normalize("NFC", "Zoë Ångström ñ €")
NFD = unicodedata.normalize("NFD", NFC)


@pytest.fixture(scope="module")
def imap_port() -> Iterator[int]:
    with dovecot({user: right for user, (right, _) in PASSWORDS.items()}) as port:
        yield port


@pytest.mark.dovecot
@pytest.mark.parametrize("email", PASSWORDS)
def test_a_mail_server_accepts_this_password_and_none_like_it(
    page: Page, imap_port: int, email: str
) -> None:
    right, nearly = PASSWORDS[email]
    enter(page, email)
    unfold(page)
    page.get_by_label("Incoming mail server").fill("127.0.0.1")
    page.get_by_label("Incoming port").fill(str(imap_port))
    password(page).press_sequentially(nearly)
    password(page).press("Enter")
    expect(page).to_have_title("Error: Sign in to example.com – Latchkey")
    expect(password(page)).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[aria-invalid]")).to_have_count(1)
    password(page).press_sequentially(right)
    password(page).press("Enter")
    expect(page).to_have_title("Your mailbox is connected – Latchkey")
    expect(page.get_by_text(email)).to_be_visible()


def type_it(page: Page, text: str) -> None:
    password(page).press_sequentially(text)


def insert_it(page: Page, text: str) -> None:
    password(page).focus()
    page.keyboard.insert_text(text)


def fill_it(page: Page, text: str) -> None:
    password(page).fill(text)


@pytest.mark.parametrize("put", [type_it, insert_it, fill_it])
@pytest.mark.parametrize("text", [NFC, NFD], ids=["composed", "decomposed"])
def test_nylas_gets_every_letter_as_it_was_typed(
    page: Page, site: Site, put: Callable[[Page, str], None], text: str
) -> None:
    assert NFC != NFD
    enter(page, "someone@icloud.com")
    put(page, f" {text} ")
    page.get_by_role("button", name="Connect mailbox").click()
    page.get_by_role("button", name="Use it anyway").click()
    expect(page).to_have_title("Your mailbox is connected – Latchkey")
    assert site.nylas.settings["password"].encode() == f" {text} ".encode()


def test_a_password_of_a_thousand_signs_is_not_cut(page: Page, site: Site) -> None:
    enter(page, "someone@icloud.com")
    send(page, "x" * 1024)
    page.get_by_role("button", name="Use it anyway").click()
    expect(page).to_have_title("Your mailbox is connected – Latchkey")
    assert site.nylas.settings["password"] == "x" * 1024


def test_one_that_is_too_long_is_refused_and_not_cut(page: Page, site: Site) -> None:
    enter(page, "someone@icloud.com")
    send(page, "x" * 1025)
    expect(page.get_by_role("alert")).to_contain_text("This password is too long")
    assert site.nylas.sent == []
