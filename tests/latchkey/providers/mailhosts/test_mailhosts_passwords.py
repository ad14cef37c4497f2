"""A password is sent as it was typed, but for the blanks in which providers show app passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchkey.providers.mailhosts import MailHost, MailHosts, clean_app_password

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
        ("icloud.com", SHOWN, SHOWN),
        ("gmx.de", f" {SHOWN} ", f" {SHOWN} "),
    ],
)
def test_what_has_the_shape_of_an_app_password_loses_what_it_was_pasted_with(
    domain: str, pasted: str, meant: str
) -> None:
    assert clean_app_password(pasted, HOSTS.find(domain)) == meant


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
        kept = [char for char in password if char not in " \t\r\n\u00a0\u2009\u202f-"]
        assert list(cleaned) == kept
        assert clean_app_password(cleaned, host) == cleaned
