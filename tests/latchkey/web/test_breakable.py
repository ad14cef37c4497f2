import re

import pytest
from markupsafe import Markup

from latchkey.web.breakable import breakable, whole


def test_a_long_address_wraps_behind_its_marks() -> None:
    assert breakable("a.long@mail.example.com") == "a.<wbr>long@<wbr>mail.<wbr>example.com"


@pytest.mark.parametrize(
    "name", ["example.com", "example.co.uk", "example.comにログイン", "The end."]
)
def test_no_line_begins_with_the_end_of_a_name(name: str) -> None:
    assert breakable(name) == name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("front-desk@our-shop.test", "fron_t-d_esk@|ou_r-s_hop.|test"),
        ("a-b-c@x.test", "_a-b-c_@|x.|test"),
        ("xn--shop-abc.test", "x_n--s_ho_p-a_bc.|test"),
        ("At our-shop.test, then sign-in.", "At ou_r-s_hop.|test, then sign-in."),
        ("“front-desk@x.test”: an e-mail address", "“fron_t-d_esk@|x.|test”: an e-mail address"),
    ],
)
def test_no_line_ends_at_a_hyphen_of_an_address(text: str, shown: str) -> None:
    wraps = shown.replace("|", "<wbr>")
    wanted = re.sub("_(.*?)_", r'<span class="whole">\1</span>', wraps)
    assert breakable(text) == wanted
    assert whole(breakable("front-desk@x.test")) == breakable("front-desk@x.test")


def test_markup_in_an_address_stays_text() -> None:
    assert breakable("<b>@x") == "&lt;b&gt;@<wbr>x"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("This sign-in is over", "sign-in"),
        ("Too many sign-ins just now", "sign-ins"),
        ("Your e-mail address.", "e-mail"),
        ("Ihre E-Mail-Adresse", "E-Mail"),
    ],
)
def test_a_short_compound_is_not_parted(text: str, kept: str) -> None:
    assert whole(text) == text.replace(kept, f'<span class="whole">{kept}</span>')


@pytest.mark.parametrize("text", ["Postausgangs-Anmeldename", "two-factor", "a – b", "plain"])
def test_long_compounds_may_wrap(text: str) -> None:
    assert whole(text) == text


def test_what_a_compound_is_made_of_is_escaped_once() -> None:
    assert whole("<b>-in & sign-in") == '&lt;b&gt;-in &amp; <span class="whole">sign-in</span>'
    assert whole(Markup("a@<wbr>b")) == "a@<wbr>b"
