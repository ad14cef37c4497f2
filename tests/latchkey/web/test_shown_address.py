import re
from pathlib import Path

import pytest

from latchkey.web.shown_address import shown_address

TEMPLATES = Path(__file__).parents[3] / "templates"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ann@bücher.example", "ann@bücher.example (xn--bcher-kva.example)"),
        ("cfo@аррӏе.com", "cfo@аррӏе.com (xn--80ak6aa92e.com)"),  # noqa: RUF001 # is the point
        ("ü@bücher.example", "ü@bücher.example (xn--bcher-kva.example)"),
        ("أحمد@مثال.مصر", "أحمد@مثال.مصر (xn--mgbh0fb.xn--wgbh1c)"),
    ],
)
def test_a_domain_that_is_not_ascii_is_shown_in_punycode_too(address: str, shown: str) -> None:
    assert shown_address(address) == shown


@pytest.mark.parametrize(
    "address", ["ann@example.com", "ü@example.com", "a@xn--bcher-kva.example", "", "x@ü", "ü", "@"]
)
def test_every_other_address_is_shown_as_it_is(address: str) -> None:
    assert shown_address(address) == address


def test_every_page_shows_addresses_this_way() -> None:
    address = re.compile(r"(?:display_address|account|email\.data|\.shown\([^|]*\))\|breakable")
    for template in TEMPLATES.rglob("*.html"):
        assert not address.search(template.read_text()), template.name
