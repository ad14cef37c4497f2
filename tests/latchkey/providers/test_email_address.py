import time

import pytest
from email_validator import EmailNotValidError
from hypothesis import example, given
from hypothesis import strategies as st

from latchkey.providers.email_address import (
    AddressFault,
    AddressRefused,
    ascii_address,
    check_email,
    clean_hint,
    exact_address,
    read_address,
)
from latchkey.providers.pasted_address import clean_address

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202c\u2066\u2069\u061c"
BLANKS = " \t\u00a0\u202f\u3000\u2009"


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ("Ann Example <ann@example.com>", "ann@example.com"),
        ('"Example, Ann" <ann@example.com>', "ann@example.com"),
        ("Ann Example (ann@example.com)", "ann@example.com"),
        ("<ann@example.com>", "ann@example.com"),
        ("mailto:ann@example.com", "ann@example.com"),
        ("E-Mail: ann@example.com", "ann@example.com"),
        (",; E-Mail: ann@example.com", "ann@example.com"),
        (": E-Mail: ann@example.com", "ann@example.com"),
        ("Adresse e-mail\u00a0: ann@example.com", "ann@example.com"),
        ("a@example.com; a@example.com", "a@example.com"),
        ("email:ann@example.com", "ann@example.com"),
        ('"Ann Lee" ann@example.com', "ann@example.com"),
        ("ann@example.com (work)", "ann@example.com"),
        ("ann@example.com/", "ann@example.com"),
        ("MAILTO:ann%2Btag@example.com?subject=Hello", "ann+tag@example.com"),
        ("ann@example.com <ann@example.com>", "ann@example.com"),
        ("'ann@example.com' <ann@example.com>", "ann@example.com"),
        ('"Ann@Example.com" <ann@example.com>', "Ann@example.com"),
        ("ann@example.com <mailto:ann@example.com>", "ann@example.com"),
        ("ann@example.com [mailto:ann@example.com]", "ann@example.com"),
        ("a+b@example.com <mailto:a%2Bb@example.com?subject=x>", "a+b@example.com"),
        ("o'neil@example.com <o'neil@example.com>", "o'neil@example.com"),
        ("ann@example.com; ann@example.com;", "ann@example.com"),
        ("「ann@example.com」", "ann@example.com"),
        ("山田【ann@example.com】", "ann@example.com"),
        ("ann@example.com、", "ann@example.com"),
        ("**ann@example.com**,", "ann@example.com"),
        ("*“ann@example.com”*", "ann@example.com"),
        ("*ann@example.com", "*ann@example.com"),
        ("ann@my\u2011exam\u2010ple.com", "ann@my-exam-ple.com"),
        ("o\u2019neil@example.com", "o'neil@example.com"),
        ("Correo electrónico: ann@example.com", "ann@example.com"),
        ("Adresse e-mail : ann@example.com", "ann@example.com"),
        ("电子邮件 \uff1a ann@example.com", "ann@example.com"),
        ("item1.EMAIL;type=INTERNET,HOME;type=pref:ann@example.com", "ann@example.com"),
        ('e-mail: "ann@example.com",', "ann@example.com"),
        ("Ann Lee\tann@example.com\t+49 30 123456", "ann@example.com"),
        ("ann@example.com\tAnn Lee", "ann@example.com"),
        ("Ann Lee | ann@example.com | +49 30 123456", "ann@example.com"),
        ("Adres e-mail – ann@example.com", "ann@example.com"),
        ("ann@example.com • Verified", "ann@example.com"),
        ("📧 ann@example.com", "ann@example.com"),
        ("✉\ufe0fann@example.com", "ann@example.com"),
        ("\ufe00ann@example.com", "ann@example.com"),
        ("→ ann@example.com", "ann@example.com"),
        ("📧→Xann@example.com", "Xann@example.com"),
        ("*Xann@example.com*", "Xann@example.com"),
        ("—ann@example.com", "ann@example.com"),
        ("👩\U0001f3fdann@example.com", "ann@example.com"),
        ("\ue000ann@example.com", "ann@example.com"),
        ("\ufffcann@example.com", "ann@example.com"),
        ("• ann@example.com", "ann@example.com"),
        ("- ann@example.com", "ann@example.com"),
        ("2. ann@example.com", "ann@example.com"),
        ("-ann@example.com", "-ann@example.com"),
        ("ann@example.com।", "ann@example.com"),
        ("ann@example.com،", "ann@example.com"),
        ("ann@example.com!", "ann@example.com"),
        ("ann@example.com\uff08仕事\uff09", "ann@example.com"),
        ("“ann@example.com”", "ann@example.com"),
        ("«ann@example.com»", "ann@example.com"),
        ("ann@example.com.", "ann@example.com"),
        ("ann@example.com;", "ann@example.com"),
        (" ann@example.com , ", "ann@example.com"),
        ("ann @ example.com", "ann@example.com"),
        ("ann\uff20example\u3002com", "ann@example.com"),
        ("\uff41\uff4e\uff4e@\uff45xample\uff0ecom", "ann@example.com"),
        ("a\u200bnn@exam\u00adple.com\u200f", "ann@example.com"),
        ("\ufeffann@example.com\u00a0", "ann@example.com"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"),
        ("ab.@EZWEB.ne.jp", "ab.@ezweb.ne.jp"),
        ("Xann@example.LUX", "Xann@example.lux"),
        ("ann@example.test", "ann@example.test"),
    ],
)
def test_what_comes_along_with_an_address_is_taken_off(pasted: str, meant: str) -> None:
    assert read_address(pasted).ascii_email == meant


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", AddressFault.EMPTY),
        ("\u200b \u00a0", AddressFault.EMPTY),
        ("ann", AddressFault.NO_AT),
        ("example.com", AddressFault.NO_AT),
        ("@example.com", AddressFault.NO_NAME),
        ("ann@", AddressFault.NO_DOMAIN),
        ("ann@gmail", AddressFault.NO_ENDING),
        ("ann@@example.com", AddressFault.TWO_ATS),
        ("ann smith@example.com", AddressFault.BLANK),
        ("ann@exam ple.com", AddressFault.BLANK),
        ("ann..smith@example.com", AddressFault.DOTS),
        (".ann@example.com", AddressFault.DOTS),
        ("ann.@example.com", AddressFault.DOTS),
        ("ann@.example.com", AddressFault.DOTS),
        ("ann@example.com, bob@example.com", AddressFault.SEVERAL),
        ("ann@example.com bob@example.com", AddressFault.SEVERAL),
        ("Ann <ann@example.com>; Bob <bob@example.com>", AddressFault.SEVERAL),
        ("ann@example.com <ann@example.org>", AddressFault.SEVERAL),
        ("'ann@example.com' <mailto:bob@example.com>", AddressFault.SEVERAL),
        ("ann@example.com、bob@example.com", AddressFault.SEVERAL),
        ("ann@example.co…", AddressFault.OTHER),
        ("ann@example.co\ufffd", AddressFault.OTHER),
        ("Ann Lee\tann@example.com\tbob@example.com", AddressFault.SEVERAL),
        ("ann - lee@example.com bob@example.com", AddressFault.SEVERAL),
        ("Cc\r\nBcc: ann@example.com", AddressFault.BLANK),
        ("ann@example.com\r\nBcc: bob@example.com", AddressFault.SEVERAL),
        ("jürgen@example.com", AddressFault.LETTERS),
        ("übung@example.com", AddressFault.LETTERS),
        ("ann@127.0.0.1", AddressFault.OTHER),
        ("ann\0@example.com", AddressFault.OTHER),
        (f"{'a' * 250}@example.com", AddressFault.TOO_LONG),
    ],
)
def test_what_is_missing_is_named(typed: str, fault: AddressFault) -> None:
    with pytest.raises(AddressRefused) as refused:
        read_address(typed)
    assert refused.value.fault is fault


@pytest.mark.parametrize("part", ["a@", "a@b,", "<", "a:", '"a', "(a", "a@b <", " ", "\u200b"])
def test_a_text_that_fills_the_form_is_refused_without_work(part: str) -> None:
    for length in (1000, 60_000):
        text = "x" + part * (length // len(part))
        before = time.thread_time()
        clean_hint(text)
        with pytest.raises(AddressRefused):
            read_address(text)
        assert time.thread_time() - before < 1


def test_an_address_has_254_characters_at_most() -> None:
    longest = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 57}.com"
    assert len(longest) == 254
    assert read_address(longest).ascii_email == longest
    with pytest.raises(AddressRefused) as refused:
        read_address(longest.replace("d.", "dd."))
    assert refused.value.fault is AddressFault.TOO_LONG


def test_an_address_with_odd_dots_is_the_same_in_all_its_forms() -> None:
    address = check_email("a..b.@docomo.ne.jp")
    assert {address.normalized, address.ascii_email} == {"a..b.@docomo.ne.jp"}
    assert {address.local_part, address.ascii_local_part} == {"a..b."}


@given(
    st.text(st.sampled_from(INVISIBLE), max_size=3),
    st.text(st.sampled_from(BLANKS + ".,;"), max_size=3),
    st.integers(0, 15),
)
def test_invisible_characters_change_nothing(hidden: str, end: str, place: int) -> None:
    address = "ann@example.com"
    assert clean_address(f"{address[:place]}{hidden}{address[place:]}{end}") == address


@example("0\x1f>")
@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_address(text)
    if not set(text) & set(':%<("*「『【《〈｢'):
        assert clean_address(once) == once


@pytest.mark.parametrize(
    ("hint", "meant"),
    [
        ("ann tag@example.com", "ann+tag@example.com"),
        (" ann@example.com ", "ann@example.com"),
        ("", ""),
        ("SECURITY ALERT: call +1 555", ""),
        ('call+now@"><script>', ""),
    ],
)
def test_a_blank_in_the_hint_was_a_plus(hint: str, meant: str) -> None:
    assert clean_hint(hint) == meant


DOMAINS = st.sampled_from(
    ["example.com", "a.invalid", "x.test", "ab--c.example", "b.local", "docomo.ne.jp", "1.2.3.4",
     "a-.com", "x.onion", "a.c", "co.1a", "Example.com", "xn--bcher-kva.example", "a_b.com"]
)  # fmt: skip


def by_the_library(text: str) -> str:
    try:
        return check_email(text).ascii_email or ""
    except EmailNotValidError:
        return ""


@given(st.text("ab1-._+@'\nA", max_size=9), DOMAINS | st.text("ab1-._", max_size=9))
def test_a_plain_address_is_given_as_the_library_gives_it(local: str, domain: str) -> None:
    text = f"{local}@{domain}"
    assert ascii_address(text) == by_the_library(text)


def test_an_address_that_nylas_could_not_use_is_none() -> None:
    assert ascii_address("jürgen@example.com") == ""
    assert ascii_address("someone@mail.invalid") == ""


def test_an_address_that_would_be_read_as_another_is_not_exact() -> None:
    assert exact_address("someone@b\u00fccher.example") == "someone@xn--bcher-kva.example"
    assert ascii_address("'someone@example.com") == "'someone@example.com"
    assert exact_address("'someone@example.com") == ""
