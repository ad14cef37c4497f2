"""Which client a request comes from, and for whom it is."""

from functools import partial

import pytest

from latchkey.connect import ANYONE, Party
from latchkey.infra.limits import Mode
from latchkey.web import flow
from latchkey.web.limits import client, party
from latchkey.web.limits.client import uses_of_client, widest_network
from tests.latchkey.web.limits.bare import Browser, bare_app, limiter_of

APP = bare_app()


def name(address: str) -> str:
    return Browser(APP, address).request(client)


def test_a_client_is_a_keyed_hash_of_its_address() -> None:
    assert name("203.0.113.7") == limiter_of(APP).fingerprint("client 203.0.113.7")
    assert name("203.0.113.7") != name("203.0.113.8")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("2001:db8:1:2::7", "2001:db8:1:2::%eth0", True),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
        ("203.0.113.7:1", "203.0.113.7:2", True),
        ("[2001:db8:1:2::7]:1", "[2001:db8:1:2::7]:2", True),
        ("[2001:db8:1:2::7]:1", "2001:db8:1:2::7", True),
        ("[2001:db8:1:2::7]]:1", "[2001:db8:1:2::7]]:2", True),
        ("unix:a:1", "unix:a:2", False),
        ("somewhere%a", "somewhere%b", False),
    ],
)
def test_two_addresses_are_one_client_when_their_networks_are(
    one: str, other: str, same: bool
) -> None:
    assert (name(one) == name(other)) is same


def test_what_counts_for_a_client_counts_for_its_larger_network_of_ipv6_too() -> None:
    def counted(address: str) -> list[tuple[str, int]]:
        uses = Browser(APP, address).request(partial(uses_of_client, "token"))
        assert {(use.rule, use.mode) for use in uses} == {("token", Mode.TAKE)}
        return [(use.subject, use.times) for use in uses]

    larger = limiter_of(APP).fingerprint("client 2001:db8:1::/48")
    assert counted("2001:db8:1:2::7") == [(name("2001:db8:1:2::7"), 1), (larger, 4)]
    assert counted("203.0.113.7") == [(name("203.0.113.7"), 1)]


def test_the_widest_network_is_the_larger_one_of_ipv6_and_the_client_else() -> None:
    for address, named in (
        ("2001:db8:1:2::7", "client 2001:db8:1::/48"),
        ("203.0.113.7", "client 203.0.113.7"),
    ):
        found = Browser(APP, address).request(widest_network)
        assert found == limiter_of(APP).fingerprint(named)


def party_of_a_sign_in() -> Party:
    flow.start(email="someone@example.com")
    return party()


def test_a_request_is_for_its_client_and_the_domain_of_its_sign_in() -> None:
    browser = Browser(APP)
    here = name(browser.address)
    assert browser.request(party) == Party(client=here, domain="")
    assert browser.request(party_of_a_sign_in) == Party(client=here, domain="example.com")


def test_without_limits_there_are_no_clients() -> None:
    browser = Browser(bare_app(LIMITS="off"))
    assert browser.request(client) == ""
    assert browser.request(party) == browser.request(party_of_a_sign_in) == ANYONE


def test_a_command_looks_up_names_for_no_client() -> None:
    assert widest_network() == ""
