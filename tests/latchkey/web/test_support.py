from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from app import create_app
from latchkey.web.support import mailto
from tests.conftest import make_settings
from tests.pages import Page, Visitor

EMAIL = "quota@example.com"
PASSWORD = "the-pass-word"


def slip(page: Page) -> str:
    (text,) = [box.text or "" for box in page.tree.iter("textarea")]
    return text


def test_the_slip_holds_what_support_needs_and_nothing_personal(visitor: Visitor) -> None:
    page = visitor.sign_in(EMAIL, PASSWORD)
    text = slip(page)
    assert f"Code: {page.support_code}" in text
    assert f"Request: {page.response.headers['x-request-id']}" in text
    assert "Provider: imap" in text
    assert "Language: en" in text
    assert "UTC" in text
    assert EMAIL not in text
    assert PASSWORD not in text


@pytest.mark.parametrize("kind", ["wrong-password", "unreachable", "rejected", "quota"])
def test_every_refusal_has_a_slip(visitor: Visitor, kind: str) -> None:
    page = visitor.sign_in(f"{kind}@example.com", PASSWORD)
    assert f"Code: {page.support_code}" in slip(page)
    assert kind not in slip(page)
    assert PASSWORD not in page.html


def test_a_form_without_a_refusal_has_no_slip(visitor: Visitor) -> None:
    assert "Details for support" not in visitor.enter(EMAIL).text


def test_the_slip_names_the_server_that_was_typed(visitor: Visitor) -> None:
    page = visitor.sign_in(EMAIL, PASSWORD, imap_host="mail.example.com", imap_port="993")
    assert "Server: mail.example.com" in slip(page)


def test_without_a_support_address_nothing_is_sent_anywhere(visitor: Visitor) -> None:
    page = visitor.sign_in(EMAIL, PASSWORD)
    assert not [link for link in page.links.values() if link.startswith("mailto:")]


def test_the_brands_support_gets_a_mail_that_is_written_already(tmp_path: Path) -> None:
    file = tmp_path / "brand.toml"
    file.write_text('name = "Northwind"\nsupport_email = "help@northwind.example"\n')
    page = Visitor.inside(create_app(make_settings(BRAND_FILE=str(file)))).sign_in(EMAIL, PASSWORD)
    address = urlsplit(page.links["Write to support"])
    assert unquote(address.path) == "help@northwind.example"
    query = parse_qs(address.query)
    assert query["subject"] == ["Connecting my mailbox to Northwind"]
    assert query["body"][0].splitlines() == slip(page).splitlines()


@pytest.mark.parametrize("length", [10, 5000])
def test_a_mail_address_is_never_longer_than_programs_take(length: int) -> None:
    made = mailto("", "subject & more", "ä\n" * length)
    assert len(made) <= 1900
    assert made.startswith("mailto:?subject=subject%20%26%20more&body=%C3%A4%0D%0A")
