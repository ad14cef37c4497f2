import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from latchkey.infra.printable import printable
from tests.pages import Visitor

ODD = "a\x00\x08\x0b\x1b\x7f\x85\ufdd0\uffff\U0010ffffb"


def test_characters_that_html_forbids_are_left_out() -> None:
    assert printable(ODD) == "ab"
    assert printable("a\t\n\f\r\u00a0\u200b😀") == "a\t\n\f\r\u00a0\u200b😀"
    assert printable(None) is None
    assert printable(7) == 7


def test_each_character_that_html_forbids_is_left_out() -> None:
    forbidden = [
        *range(0x09), 0x0B, *range(0x0E, 0x20), *range(0x7F, 0xA0), *range(0xFDD0, 0xFDF0),
        *(plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF)),
    ]  # fmt: skip
    assert [code for code in range(sys.maxunicode + 1) if printable(chr(code)) == ""] == forbidden


@given(text=st.text())
def test_what_is_no_markup_does_not_become_any(text: str) -> None:
    assert not isinstance(printable(text), Markup)


@pytest.mark.parametrize("odd", ["\x1b", "\x00", "\x7f", "\ufffe"])
def test_a_page_that_repeats_what_was_typed_stays_valid_html(visitor: Visitor, odd: str) -> None:
    # The visitor reads every page strictly.
    page = visitor.submit(visitor.get("/"), email=f"some{odd}one at example.com")
    assert page.error_at("email")
    assert page.fields()["email"] == "someone at example.com"
    page = visitor.enter("someone@example.com")
    page = visitor.submit(page, username=f"na{odd}me<", imap_host=f"mail{odd}", password="x")
    assert page.fields()["username"] == "name<"


def test_a_question_about_a_typing_slip_stays_valid_html(visitor: Visitor) -> None:
    page = visitor.submit(visitor.get("/"), email="some\x1bone@gmial.com")
    assert "\x1b" not in page.html
