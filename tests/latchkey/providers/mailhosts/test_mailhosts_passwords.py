"""A password is sent as it was typed, but for the blanks in which providers show app passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchkey.providers.mailhosts import MailHost, MailHosts, clean_app_password

HOSTS = MailHosts.load()
SHOWN = "abcd efgh ijkl mnop"
GROUPED = ["gmail.com", "yahoo.com", "aol.com", "verizon.net"]
OTHERS = ["icloud.com", "fastmail.com", "gmx.de", "orange.fr", "corp.example"]


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
        f" {SHOWN}",
        f"{SHOWN} ",
        f"{SHOWN}\n",
        "abcd  efgh ijkl mnop",
        "abcd\tefgh ijkl mnop",
        "abcd-efgh-ijkl-mnop",
        "abcd efgh ijkl",
        "abcd efgh ijkl mnop qrst",
        "abcde fgh ijkl mnop",
        "abc1 efgh ijkl mnop",
        "äbcd efgh ijkl mnop",
        "abcd efgh ijkl mnoр",  # noqa: RUF001
        "abcdefghijklmnop",
        "correct horse battery staple",
    ],
)
def test_every_other_value_stays_as_typed(password: str) -> None:
    assert clean_app_password(password, HOSTS.find("gmail.com")) == password


GROUP = st.text("abcXYZ1ä", min_size=3, max_size=5)
NEARLY = st.lists(st.one_of(GROUP, st.sampled_from([" ", "\u00a0", "  "])), max_size=9).map("".join)


@given(
    password=st.one_of(st.text(), NEARLY),
    host=st.sampled_from([None, *map(HOSTS.find, GROUPED + OTHERS)]),
)
def test_only_four_groups_of_four_letters_are_ever_changed(
    password: str, host: MailHost | None
) -> None:
    cleaned = clean_app_password(password, host)
    if cleaned != password:
        assert len(password) == 19
        assert cleaned.isascii()
        assert cleaned.isalpha()
        assert list(cleaned) == [char for char in password if char not in " \u00a0\u202f"]
        assert clean_app_password(cleaned, host) == cleaned
