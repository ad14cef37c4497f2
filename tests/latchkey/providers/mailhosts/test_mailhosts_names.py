"""One spelling for host names: what the short way answers is what the library would answer."""

import idna
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from latchkey.providers.mailhosts.names import ascii_name, has_invisible

LABEL = st.text("ab1-", max_size=8) | st.sampled_from(
    ["xn--bcher-kva", "A", "ü", "a" * 63, "a" * 64]
)


def by_the_library(text: str) -> str | None:
    try:
        name = idna.encode(text, uts46=True, std3_rules=True).decode("ascii")
    except idna.IDNAError:
        return None
    return name.removesuffix(".")


@given(st.lists(LABEL, max_size=6).map(".".join) | st.text("ab1-._ \n", max_size=9))
@example("ab--c.example")
@example("mail.example\n")
@example(".".join(["a" * 49] * 5) + ".abc")
@example(".".join(["a" * 49] * 5) + ".abcd")
def test_a_name_is_spelt_as_the_library_spells_it(text: str) -> None:
    assert ascii_name(text) == by_the_library(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mail.Example.", "mail.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("\uff4dail\u3002example", "mail.example"),
        ("mail_1.example", None),
        ("", None),
    ],
)
def test_capitals_dots_and_other_scripts_have_one_spelling(text: str, name: str | None) -> None:
    assert ascii_name(text) == name


@pytest.mark.parametrize("text", ["ma\u00adil.example", "ma\u200dil.example", "mail\u034f.example"])
def test_what_cannot_be_seen_is_found(text: str) -> None:
    assert has_invisible(text)


@pytest.mark.parametrize("text", ["", "mail_1.example", "b\u00fccher.example", "\u2ff0.example"])
def test_what_can_be_seen_is_not_invisible_whether_it_may_be_in_a_name_or_not(text: str) -> None:
    assert not has_invisible(text)
