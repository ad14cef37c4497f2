"""Names that look like those of customers' machines; only what is below the domain counts."""

import pytest

from latchkey.providers.mailhosts.customer_space import looks_like_customer


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
