"""A password is sent as it was typed, but for the blanks in which providers show app passwords."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchkey.providers.mailhosts import (
    MailHost,
    MailHosts,
    clean_app_password,
    is_no_app_password,
)

HOSTS = MailHosts.load()
SHOWN = "abcd efgh ijkl mnop"
GROUPED = ["gmail.com", "yahoo.com", "aol.com", "verizon.net"]
OTHERS = ["gmx.de", "orange.fr", "corp.example"]


@pytest.mark.parametrize("domain", GROUPED)
@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f"])
def test_blanks_between_the_groups_are_dropped_where_providers_show_them(
    domain: str, blank: str
) -> None:
    shown = SHOWN.replace(" ", blank)
    assert clean_app_password(shown, HOSTS.find(domain)) == "abcdefghijklmnop"


@pytest.mark.parametrize("domain", OTHERS)
def test_blanks_stay_at_every_other_provider(domain: str) -> None:
    assert clean_app_password(SHOWN, HOSTS.find(domain)) == SHOWN


@pytest.mark.parametrize(
    "password",
    [
        "",
        " ",
        "abcd efgh ijkl",
        "abcd efgh ijkl mnop qrst",
        "abc1 efgh ijkl mnop",
        "äbcd efgh ijkl mnop",
        "abcd efgh ijkl mnoр",  # noqa: RUF001
        "abcdefghijklmnop",
        "correct horse battery staple",
    ],
)
def test_every_other_value_stays_as_typed(password: str) -> None:
    assert clean_app_password(password, HOSTS.find("gmail.com")) == password


@pytest.mark.parametrize(
    ("domain", "pasted", "meant"),
    [
        ("gmail.com", f" {SHOWN}\n", "abcdefghijklmnop"),
        ("gmail.com", "\u00a0abcd\u00a0efgh\u00a0ijkl\u00a0mnop\u00a0", "abcdefghijklmnop"),
        ("yahoo.com", "abcd-efgh-ijkl-mnop", "abcdefghijklmnop"),
        ("icloud.com", " abcd-efgh-ijkl-mnop ", "abcd-efgh-ijkl-mnop"),
        ("icloud.com", "abcd-efgh-\u00a0ijkl-mnop", "abcd-efgh-ijkl-mnop"),
        ("fastmail.com", "ab3d efgh 1jkl mn0p", "ab3defgh1jklmn0p"),
        ("qq.com", "abcdefgh ijklmnop", "abcdefghijklmnop"),
        ("163.com", "ABC3efgh IJKLmn0p", "ABC3efghIJKLmn0p"),
        ("yahoo.com", "abcd\u2011efgh\u2011ijkl\u2011mnop", "abcdefghijklmnop"),
        ("yahoo.com", "\u200babcd\u2003efgh\u2009ijkl\u3000mnop\ufeff", "abcdefghijklmnop"),
        ("yahoo.com", "Abcd efgh ijkl mnop", "Abcdefghijklmnop"),
        ("yahoo.com", "\uff41\uff42\uff43\uff44 efgh ijkl mnop", "abcdefghijklmnop"),
        ("icloud.com", "abcd\u2013efgh\u2010ijkl\uff0dmnop", "abcd-efgh-ijkl-mnop"),
        ("icloud.com", "Abcd-efgh-\u2060ijkl-mnop ", "Abcd-efgh-ijkl-mnop"),
        ("fastmail.com", "\u2066AB3D efgh 1jkl mn0p\u2069", "AB3Defgh1jklmn0p"),
        ("fastmail.com", "ab3d efgh 1jkl mn\u0131p", "ab3d efgh 1jkl mn\u0131p"),
        ("icloud.com", SHOWN, SHOWN),
        ("gmx.de", f" {SHOWN} ", f" {SHOWN} "),
    ],
)
def test_what_has_the_shape_of_an_app_password_loses_what_it_was_pasted_with(
    domain: str, pasted: str, meant: str
) -> None:
    assert clean_app_password(pasted, HOSTS.find(domain)) == meant


@pytest.mark.parametrize("domain", OTHERS)
@pytest.mark.parametrize(
    "password", ["\u200babc\u3000\uff41\u2011e\u0301", "Abcd\u2003Efgh Ijkl Mnop"]
)
def test_where_no_shape_is_known_nothing_is_normalised(domain: str, password: str) -> None:
    assert clean_app_password(password, HOSTS.find(domain)) == password


@pytest.mark.parametrize("blank", ["\u200b", "\u2011", "\u2003", "\u00ad", "\u2028"])
def test_what_cannot_be_seen_makes_no_other_password_of_it(blank: str) -> None:
    for domain in ("yahoo.com", "icloud.com"):
        host = HOSTS.find(domain)
        assert not is_no_app_password(blank + SHOWN.replace(" ", blank), host)
        assert is_no_app_password(f"hunter{blank}2", host)


GROUP = st.text("abcXYZ1ä", min_size=3, max_size=5)
NEARLY = st.lists(st.one_of(GROUP, st.sampled_from([" ", "\u00a0", "  "])), max_size=9).map("".join)


@given(
    password=st.one_of(st.text(), NEARLY),
    host=st.sampled_from([None, *map(HOSTS.find, GROUPED + OTHERS)]),
)
def test_only_blanks_and_dashes_are_ever_taken_out(password: str, host: MailHost | None) -> None:
    cleaned = clean_app_password(password, host)
    if cleaned != password:
        assert len(cleaned) == 16
        assert cleaned.isascii()
        assert cleaned.isalpha()
        plain = unicodedata.normalize("NFKC", password)
        assert [char for char in plain if char.isascii() and char.isalpha()] == list(cleaned)
        assert clean_app_password(cleaned, host) == cleaned
