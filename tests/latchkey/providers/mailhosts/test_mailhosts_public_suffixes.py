"""Names that belong to many owners, and those that belong to one."""

import pytest

from latchkey.providers.mailhosts.public_suffixes import (
    is_ending,
    is_public_suffix,
    registrable_domain,
)


@pytest.mark.parametrize("name", ["com", "co.uk", "duckdns.org"])
def test_below_an_ending_each_name_has_its_own_owner(name: str) -> None:
    assert is_public_suffix(name)
    assert is_ending(name)
    assert registrable_domain(name) == ""
    assert registrable_domain(f"mail.firm.{name}") == f"firm.{name}"


@pytest.mark.parametrize("name", ["firm.com", "firm.co.uk", "a.duckdns.org"])
def test_a_name_that_somebody_registered_is_no_ending(name: str) -> None:
    assert not is_public_suffix(name)
    assert not is_ending(name)
    assert registrable_domain(name) == name


@pytest.mark.parametrize("text", ["con", "firm.con", ""])
def test_what_no_domain_ends_in_is_no_ending(text: str) -> None:
    assert not is_ending(text)
