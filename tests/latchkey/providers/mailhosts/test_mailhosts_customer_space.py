"""Names that look like those of customers' machines; only what is below the domain counts."""

import pytest

from latchkey.providers.mailhosts.customer_space import is_rented, looks_like_customer


@pytest.mark.parametrize(
    "below",
    [
        "73-1-2-3", "host-1.2.3", "1x2x3", "a.1_2_3.b", "c0a80101", "x-c0a80101", "dsl", "dhcp7",
        "pool-12", "a.dyn", "dyn.a", "hsd1.ca",
    ],
)  # fmt: skip
def test_a_name_with_an_address_or_of_a_pool_may_be_a_customers(below: str) -> None:
    assert looks_like_customer(f"{below}.provider.example", "provider.example")


@pytest.mark.parametrize(
    "below", ["mail", "mx1-2", "smtp.2", "1234-2-3", "deadbeef", "c0a801011", "dslmail", "adynamic"]
)
def test_other_names_are_not(below: str) -> None:
    assert not looks_like_customer(f"{below}.provider.example", "provider.example")


@pytest.mark.parametrize("domain", ["dyn.example", "1-2-3.example", "c0a80101.example"])
def test_the_domain_itself_does_not_count(domain: str) -> None:
    assert not looks_like_customer(f"mail.{domain}", domain)
    assert not looks_like_customer(domain, domain)


@pytest.mark.parametrize(
    ("below", "rented"),
    [("vps-1a", True), ("ns3012345", True), ("vm", True), ("mail", False), ("www123", False)],
)
@pytest.mark.parametrize("zone", ["hoster.example", "web88888.example", "vps.example"])
def test_a_machine_is_for_rent_by_its_own_name_not_by_its_domains(
    below: str, zone: str, rented: bool
) -> None:
    assert is_rented(f"{below}.{zone}", zone) is rented
