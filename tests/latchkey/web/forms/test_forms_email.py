from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app import create_app
from latchkey.providers.email_address import MAX_EMAIL
from latchkey.web.forms import EmailForm
from tests.conftest import make_settings

TEXTS = st.text(st.characters(codec="utf-8"))
# Characters that addresses are made of come up more often.
ADDRESSES = st.text(st.sampled_from("ab.-_+@@ü\"'\\()<>,;: \t\n\r\0٣ﬀ。\u200b\u00ad\u202e😀%"))
LIKELY = st.from_regex(r"[A-Za-z0-9.+_-]{1,70}@[a-zà-ÿ0-9.-]{1,70}\.[a-z]{2,8}", fullmatch=True)


@pytest.fixture(scope="module", autouse=True)
def request_context() -> Iterator[Flask]:
    app = create_app(make_settings())
    with app.test_request_context(method="POST"):
        yield app


def email_form(text: str) -> EmailForm:
    form = EmailForm(formdata=MultiDict({"email": text}))
    assert form.validate() is (not form.email.errors)
    return form


def said(text: str) -> str:
    """What the form says against an address, "" when it takes it."""
    return " ".join(email_form(text).email.errors)


def test_a_form_signs_no_token_as_that_of_the_page_is_checked_before() -> None:
    assert "csrf_token" not in email_form("someone@example.com")


@given(TEXTS | ADDRESSES | LIKELY)
@settings(deadline=None)
def test_whatever_is_typed_is_an_address_or_a_sentence(text: str) -> None:
    form = email_form(text)
    if not form.email.errors:
        ascii_email = form.address.ascii_email
        assert ascii_email
        assert ascii_email.isascii()
        assert ascii_email.isprintable()
        assert " " not in ascii_email
        assert ascii_email.count("@") == 1
        assert len(ascii_email) <= MAX_EMAIL
        assert form.address.normalized.count("@") == 1
        # What comes out would be taken again, and stays as it is.
        again = email_form(ascii_email)
        assert not again.email.errors
        assert again.address.ascii_email == ascii_email
    else:
        (sentence,) = form.email.errors
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("typed", "sent", "shown"),
    [
        ("someone@example.com", "someone@example.com", "someone@example.com"),
        ("someone+tag@example.com", "someone+tag@example.com", "someone+tag@example.com"),
        ("  someone@example.com\t\n", "someone@example.com", "someone@example.com"),
        ("\u00a0someone@example.com\u3000", "someone@example.com", "someone@example.com"),
        ("Some.One@Example.COM", "Some.One@example.com", "Some.One@example.com"),
        ("o'hara_{x}@example.com", "o'hara_{x}@example.com", "o'hara_{x}@example.com"),
        ("someone@bücher.example", "someone@xn--bcher-kva.example", "someone@bücher.example"),
        ("someone@BÜCHER.example", "someone@xn--bcher-kva.example", "someone@bücher.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example", "a@bücher.example"),
        ("someone@mail.test", "someone@mail.test", "someone@mail.test"),
        ("1@a-b.c1.example", "1@a-b.c1.example", "1@a-b.c1.example"),
    ],
)
def test_an_address_is_sent_in_ascii_and_shown_as_it_was_typed(
    typed: str, sent: str, shown: str
) -> None:
    form = email_form(typed)
    assert not form.email.errors
    assert form.address.ascii_email == sent
    assert form.address.normalized == shown


@pytest.mark.parametrize("typed", ["", " ", "\t\n", "\u00a0"])
def test_an_empty_address_is_asked_for(typed: str) -> None:
    assert said(typed) == "Please type your e-mail address."


@pytest.mark.parametrize(
    "typed",
    [
        "someone@-example.com", "someone@[127.0.0.1]", "someone@127.0.0.1",
        "someone@example.com\0x", "a\x7f@example.com", "someone@exam_ple.com",
        f"a@{'b' * 64}.com", 'a"b@example.com',
    ],
)  # fmt: skip
def test_what_is_no_address_gets_an_example(typed: str) -> None:
    assert said(typed) == "Please check this address. It should look like name@example.com."


def test_letters_that_mail_services_cannot_use_are_named() -> None:
    assert said("jürgen@example.com") == (
        "This address has letters before the @ that mail services can’t use here."
    )


def test_an_address_may_have_254_characters() -> None:
    domain = ".".join(["d" * 61, "e" * 61, "f" * 61])
    longest = f"{'a' * 63}@{domain}.exam"
    assert len(longest) == MAX_EMAIL
    assert said(longest) == ""
    assert said(f"{longest}p") == "This is too long for an e-mail address."
    # Short to look at, too long in punycode.
    assert said(f"{'a' * 64}@{'.'.join(['ü' * 50] * 3)}.example")
