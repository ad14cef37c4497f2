import pytest

from latchkey.providers.same_mailbox import counted_mailbox
from latchkey.web.limits.client import network, site
from latchkey.web.limits.mailbox import mailboxes_of


@pytest.mark.parametrize(
    ("spelling", "counted"),
    [
        ("Anna@Example.COM", "anna@example.com"),
        ("anna+tag@example.com", "anna@example.com"),
        ("anna+tag+more@example.com", "anna@example.com"),
        ("a.n.n.a+x@googlemail.com", "anna@gmail.com"),
        ("a.nna@example.com", "a.nna@example.com"),
        ("+anna@example.com", "+anna@example.com"),
        ("\uff21nna@example.com", "anna@example.com"),
        ("anna@b\u00fccher.example", "anna@xn--bcher-kva.example"),
        ("anna@example.com.", "anna@example.com"),
        ("CORP\\anna@example.com", "corp\\anna@example.com"),
        ("anna@me.com", "anna@icloud.com"),
        ("Anna+tag@mac.com", "anna@icloud.com"),
        ("anna@icloud.com", "anna@icloud.com"),
        ("anna.b@ya.ru", "anna-b@yandex.ru"),
        ("anna-b@yandex.com.tr", "anna-b@yandex.ru"),
        ("anna@yandex.kz", "anna@yandex.ru"),
        ("anna@name.com", "anna@name.com"),
    ],
)
def test_a_mailbox_has_one_spelling(spelling: str, counted: str) -> None:
    assert counted_mailbox(spelling) == counted


def test_every_login_name_that_is_sent_counts() -> None:
    settings = {
        "imap_username": "victim",
        "smtp_username": "Other@Example.net",
        "imap_password": "secret",
        "imap_host": "imap.example.com",
    }
    found = mailboxes_of("mallory@example.com", settings)
    assert found == ("mallory@example.com", "victim@example.com", "other@example.net")


@pytest.mark.parametrize(
    "login", ["boss", "CORP\\Boss", "corp.example\\boss", "corp/boss", ".\\boss", "boss@corp.local"]
)
@pytest.mark.parametrize("address", ["x@s1.evil.example", "y@s2.evil.example"])
@pytest.mark.parametrize("field", ["imap", "ews"])
def test_a_short_name_counts_for_its_server_whatever_the_address(
    login: str, address: str, field: str
) -> None:
    settings = {f"{field}_username": login, f"{field}_host": "mail.corp.example"}
    assert "boss@corp.example" in mailboxes_of(address, settings)


@pytest.mark.parametrize(
    "login",
    ["boss%corp.example", "Boss:Corp.Example", "boss/corp.example", "boss+corp.example",
     "boss+x%corp.example"],
)  # fmt: skip
def test_what_servers_take_for_an_at_sign_opens_no_second_counter(login: str) -> None:
    settings = {"imap_username": login, "imap_host": "mail.corp.example"}
    assert "boss@corp.example" in mailboxes_of("x@corp.example", settings)


def test_a_whole_address_does_not_count_for_its_server() -> None:
    settings = {"imap_username": "info@corp.example", "imap_host": "imap.hoster.example"}
    assert mailboxes_of("info@corp.example", settings) == ("info@corp.example",)


def test_the_own_login_name_does_not_count_twice() -> None:
    assert mailboxes_of("anna@example.com", {"imap_username": "Anna@example.com"}) == (
        "anna@example.com",
    )


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("203.0.113.7:40001", "203.0.113.7"),
        ("[2001:db8:1:2::7]:40001", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::7]", "2001:db8:1:2::/64"),
        ("64:ff9b::203.0.113.7", "203.0.113.7"),
        ("[64:ff9b::cb00:7107]:40001", "203.0.113.7"),
        ("64:ff9b:1::203.0.113.7", "64:ff9b:1::/64"),
        ("2002:cb00:7107:5::1", "203.0.113.7"),
        ("2001:0:cb00:7107::1", "2001:0:cb00:7107::/64"),
        ("Somewhere", "somewhere"),
        (None, ""),
    ],
)
def test_a_client_is_an_ipv4_address_or_a_network_of_ipv6(
    address: str | None, counted: str
) -> None:
    assert network(address) == counted


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("[2001:db8:1:2::7]:40001", "2001:db8:1::/48"),
        ("203.0.113.7", ""),
        ("::ffff:203.0.113.7", ""),
        ("64:ff9b::203.0.113.7", ""),
        ("Somewhere", ""),
        (None, ""),
    ],
)
def test_only_ipv6_has_a_larger_network_that_counts_as_well(
    address: str | None, counted: str
) -> None:
    assert site(address) == counted
