"""Whose mailbox and whose server: what Nylas gets is what was judged for the address."""

import contextlib
import socket
import sys
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.browser.nylas import Nylas
from tests.journeys.conftest import Line
from tests.nameserver import NameServer, Zone, nameserver
from tests.pages import Page, Visitor

DONE = "Your mailbox is connected"
GOOGLE, MICROSOFT = ["1 aspmx.l.google.com."], ["0 corp.mail.protection.outlook.com."]

ZONE: Zone = {
    "corp.example": ["10 mx1.hoster.example.", "20 mx.backup.example."],
    "evil.example": ["10 mail.evil.example."],
    "google.example": GOOGLE,
    "microsoft.example": MICROSOFT,
    "apple.example": ["10 mx01.mail.icloud.com."],
    "fast.example": ["10 in1-smtp.messagingengine.com.", "20 in2-smtp.messagingengine.com."],
    "free.example": ["10 mx1.free.fr."],
    "hetzner.example": ["10 www123.your-server.de."],
    "inward.example": ["10 mx.hoster.example."],
    "A mail.inward.example": ["10.1.2.3"],
    "AAAA imap.inward.example": ["fd00::25"],
    "private.example": ["10 mail.internal.", "10 localhost."],
    "amazon.example": ["10 inbound-smtp.eu-west-1.amazonaws.com."],
    "silent.example": None,
    "broken.example": ["10 mx.gate.example."],
    "SRV _imaps._tcp.broken.example": ["0 1 993 imap.elsewhere.example."],
    "SRV _submission._tcp.broken.example": ["0 1 587 smtp.elsewhere.example."],
    "SRV _autodiscover._tcp.corp.example": ["0 1 443 owa.exchange.example."],
    "rented.example": ["10 vmi1111111.contaboserver.net."],
    "uni.example": ["10 mailgate.uni.example."],
    "cs.uni.example": ["10 mailgate.uni.example."],
}


# Logins at providers that serve own domains: their answers name the address of the domain.
ACCOUNTS = ("anna@me.com", "anna@icloud.com", "anna@fastmail.com")


@pytest.fixture(scope="module")
def dns() -> Iterator[NameServer]:
    with nameserver() as running:
        running.zone = ZONE
        yield running


@pytest.fixture(scope="module")
def app(line: Line, dns: NameServer) -> Flask:
    host, port = dns.address
    return line.app(MX_LOOKUPS="true", DNS_SERVER=f"{host}:{port}")


def attempt(app: Flask, email: str, provider: str, **typed: str) -> Page:
    visitor = Visitor.inside(app)
    page = visitor.enter(email)
    sign_in = str(page.response.url).rpartition("s=")[2]
    page = visitor.get(f"/connect/{provider}?s={sign_in}")
    # Which passwords can be right is another question, and answered.
    return visitor.submit(page, **{"password": "pw", "anyway": "yes", **typed})


VICTIM, OWN = "victim@corp.example", "x@evil.example"
EVIL = {"imap_host": "mail.evil.example", "smtp_host": "mail.evil.example"}


@pytest.mark.parametrize("field", ["imap_host", "smtp_host"])
def test_a_typed_server_is_connected_to_by_nylas_alone(
    line: Line, nylas: Nylas, field: str
) -> None:
    typed = "mail.evil.example"
    app = line.app(MX_LOOKUPS="false", ALLOW_ANY_MAIL_HOST="true")
    with connections() as made:
        assert attempt(app, OWN, "imap", **{field: typed}).heading == DONE
        assert nylas.settings[field] == typed
        assert not made
        # What would have been seen.
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", 1), 1)
        assert made


@contextlib.contextmanager
def connections() -> Iterator[list[object]]:
    """What this process asks DNS for and connects to, on the ways that Python knows of."""
    made: list[object] = []
    watching = [True]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in ("socket.getaddrinfo", "socket.connect", "socket.sendto"):
            made.append(arguments[1:])

    # It cannot be taken off again, only stop to listen.
    sys.addaudithook(watch)
    try:
        yield made
    finally:
        watching.clear()


ODD = ["a\r\nA2 DELETE INBOX", "a\x00b", "a  b", "ab\u202e", "a\u200bb", "a\u00a0b", "a\tb",
       "victim\uff20corp.example", "victim\ufe6bcorp.example"]  # fmt: skip


@pytest.mark.parametrize(
    "login",
    [
        VICTIM, "VICTIM@CORP.EXAMPLE", "victim@corp.example.", "y@evil.example",
        "x@evil.example@corp.example", '"victim@corp.example"', "<victim@corp.example>",
        "victim@gmail.com", "x@mail.evil.example", "x@évil.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["username", "smtp_username"])
@pytest.mark.parametrize("hosts", [EVIL, {}], ids=["own server", "no server"])
def test_another_mailbox_is_not_signed_in_with_its_name(
    app: Flask, nylas: Nylas, login: str, field: str, hosts: dict[str, str]
) -> None:
    page = attempt(app, OWN, "imap", **{field: login}, **hosts)
    assert page.response.status_code == 422
    assert page.error_at(field)
    assert not nylas.sent


@pytest.mark.parametrize(
    ("login", "hosts"),
    [
        ("victim@fastmail.com", {"imap_host": "mail.fast.example"}),
        ("victim@fastmail.com", {"smtp_host": "mail.fast.example"}),
        (
            "victim@fastmail.com",
            {"imap_host": "imap.fastmail.com", "smtp_host": "mail.fast.example"},
        ),
        ("victim@icloud.com", {"imap_host": "mail.apple.example"}),
        ("victim@icloud.com", {"imap_host": "apple.example", "smtp_host": "smtp.mail.me.com"}),
    ],
)
def test_an_account_of_a_provider_goes_to_its_servers_alone(
    app: Flask, nylas: Nylas, login: str, hosts: dict[str, str]
) -> None:
    domain = "apple" if "icloud" in login else "fast"
    page = attempt(app, f"x@{domain}.example", "imap", username=login, **hosts)
    provider = login.rpartition("@")[2]
    assert f"only be used at a mail server of {provider}" in page.error_at("username")
    assert not nylas.sent


@pytest.mark.parametrize("provider", ["imap", "ews", "icloud"])
@pytest.mark.parametrize("login", ODD)
def test_a_login_name_that_programs_may_read_in_two_ways_is_refused(
    app: Flask, nylas: Nylas, provider: str, login: str
) -> None:
    hosts = {"ews_host": "mail.evil.example"} if provider == "ews" else EVIL
    page = attempt(app, OWN, provider, username=login, **hosts)
    assert "a character that can’t be used" in page.error_at("username")
    assert not nylas.sent


@pytest.mark.parametrize("address", [VICTIM, "cfo@gmail.com", "cfo@fast.example"])
@pytest.mark.parametrize(
    "typed",
    [
        {"username": OWN},
        {"username": OWN, "ews_host": "mail.corp.example"},
        {"username": "mallory@corp.example"},
        {"username": "mallory@corp.example", "ews_host": "mail.corp.example"},
        {"username": "victim@evil.example", "ews_host": "mail.corp.example"},
        {"username": "mallory"},
        {"username": "CORP\\mallory"},
    ],
)
def test_exchange_is_not_found_by_another_name(
    app: Flask, nylas: Nylas, address: str, typed: dict[str, str]
) -> None:
    assert attempt(app, address, "ews", **typed).error_at("username")
    assert not nylas.sent


@pytest.mark.parametrize(
    ("address", "host"),
    [
        # Any known provider's server for any domain.
        (VICTIM, "secure.emailsrvr.com"), (VICTIM, "ssl0.ovh.net"), (VICTIM, "imap.gmail.com"),
        (VICTIM, "imap.backup.example"), ("a@google.example", "imap.fastmail.com"),
        ("a@uni.example", "imap.hoster.example"),
        # Customers of access and server providers.
        ("a@comcast.net", "c-73-1-2-3.hsd1.ca.comcast.net"),
        ("a@free.fr", "evil.hd.free.fr"), ("a@free.example", "evil.hd.free.fr"),
        ("a@free.example", "evil.free.fr"), ("a@orange.fr", "evil.orange.fr"),
        ("a@hetzner.example", "static.88.1.2.3.clients.your-server.de"),
        ("a@hetzner.example", "evil.clients.your-server.de"),
        (VICTIM, "203-0-113-7.hoster.example"), (VICTIM, "evil.customer.hoster.example"),
        ("a@rented.example", "vmi2222222.contaboserver.net"),
        ("a@amazon.example", "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com"),
        ("a@uni.example", "anna.dhcp.uni.example"),
        # Public suffixes.
        ("a@eu.org", "evil.eu.org"), ("a@duckdns.org", "evil.duckdns.org"),
        ("a@github.io", "evil.github.io"), ("a@co.uk", "evil.co.uk"),
        # Names that lead inward, or are private.
        ("a@inward.example", "mail.inward.example"), ("a@inward.example", "imap.inward.example"),
        ("a@private.example", "mail.internal"), ("a@private.example", "localhost"),
        # The server of the parent organisation without its MX.
        ("a@evil.uni.example", "imap.uni.example"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["imap_host", "smtp_host"])
def test_a_server_that_does_not_belong_to_the_address_gets_no_password(
    app: Flask, nylas: Nylas, address: str, host: str, field: str
) -> None:
    page = attempt(app, address, "imap", **{field: host})
    assert page.error_at(field)
    assert not nylas.sent


@pytest.mark.parametrize(
    ("address", "host"),
    [
        (VICTIM, "outlook.office365.com"), (VICTIM, "imap.gmail.com"),
        ("a@gmail.com", "outlook.office365.com"), ("a@gmail.com", "imap.gmail.com"),
        ("a@fast.example", "imap.fastmail.com"), ("a@microsoft.example", "outlook.office365.com"),
        (VICTIM, "mail.evil.example"),
    ],
)  # fmt: skip
def test_exchange_has_its_own_servers(app: Flask, nylas: Nylas, address: str, host: str) -> None:
    assert attempt(app, address, "ews", ews_host=host).error_at("ews_host")
    assert not nylas.sent


@pytest.mark.parametrize("port", ["22", "25", "80", "110", "6379", "65535"])
@pytest.mark.parametrize(
    ("provider", "field", "host"),
    [("imap", "imap_port", "imap_host"), ("imap", "smtp_port", "smtp_host"),
     ("ews", "ews_port", "ews_host")],
)  # fmt: skip
def test_only_ports_of_mail_are_sent(
    app: Flask, nylas: Nylas, provider: str, field: str, host: str, port: str
) -> None:
    page = attempt(app, VICTIM, provider, **{host: "mail.corp.example", field: port})
    assert page.error_at(field).startswith("This port can’t be used here.")
    assert not nylas.sent


def test_while_dns_is_silent_an_unknown_server_waits(app: Flask, nylas: Nylas) -> None:
    page = attempt(app, "a@silent.example", "imap", imap_host="imap.hoster.example")
    assert "try again in a minute" in page.error_at("imap_host")
    assert not nylas.sent
    page = attempt(app, "a@silent.example", "imap", imap_host="mail.silent.example")
    assert page.heading == DONE, "the own domain needs no answer"


@pytest.mark.parametrize(
    "typed",
    [{"username": VICTIM}, {"username": "victim"}, {"smtp_username": VICTIM},
     {"username": "a@corp.example"}],
)  # fmt: skip
def test_allowing_every_server_allows_no_other_name(
    line: Line, nylas: Nylas, typed: dict[str, str]
) -> None:
    app = line.app(ALLOW_ANY_MAIL_HOST="true")
    evil = {"imap_host": "mail.evil.test", "smtp_host": "mail.evil.test"}
    (field,) = typed
    assert attempt(app, OWN, "imap", **typed, **evil).error_at(field)
    assert not nylas.sent


HOSTERS = [
    # MX host, IMAP host
    ("mx1.hoster.example", "imap.hoster.example"), ("mail.own.test", "mail.own.test"),
    ("aspmx.l.google.com", "imap.gmail.com"), ("in1-smtp.messagingengine.com", "imap.fastmail.com"),
    ("mx01.mail.icloud.com", "imap.mail.me.com"), ("mx1.mail.ovh.net", "ssl0.ovh.net"),
    ("mx1.mail.ovh.net", "pro1.mail.ovh.net"), ("www123.your-server.de", "mail.your-server.de"),
    ("www123.your-server.de", "www123.your-server.de"), ("smtpin.rzone.de", "imap.strato.de"),
    ("mx00.kundenserver.de", "imap.1und1.de"), ("mx00.ionos.de", "imap.ionos.de"),
    ("mx00.ionos.com", "imap.ionos.com"), ("mx00.ionos.co.uk", "imap.ionos.co.uk"),
    ("mx0.ispgateway.de", "sslin.df.eu"), ("w0123abc.kasserver.com", "w0123abc.kasserver.com"),
    ("mx2fa5.netcup.net", "mx2fa5.netcup.net"), ("lyra.uberspace.de", "lyra.uberspace.de"),
    ("mx1.emailsrvr.com", "secure.emailsrvr.com"),
    ("mailstore1.secureserver.net", "imap.secureserver.net"),
    ("mx.zoho.eu", "imap.zoho.eu"), ("mx.zoho.com", "imappro.zoho.com"),
    ("spool.mail.gandi.net", "mail.gandi.net"), ("aspmx1.migadu.com", "imap.migadu.com"),
    ("mx1.pub.mailpod1-cph3.one.com", "imap.one.com"), ("mxext1.mailbox.org", "imap.mailbox.org"),
    ("mta-gw.infomaniak.ch", "mail.infomaniak.com"), ("mx.yandex.net", "imap.yandex.com"),
    ("mx.yandex.net", "imap.yandex.ru"), ("emx.mail.ru", "imap.mail.ru"),
    ("mx1.privateemail.com", "mail.privateemail.com"), ("mx1.hostinger.com", "imap.hostinger.com"),
    ("mx1.titan.email", "imap.titan.email"), ("mx1.dreamhost.com", "imap.dreamhost.com"),
    ("mailcluster.loopia.se", "mailcluster.loopia.se"), ("mx.simply.com", "mail.simply.com"),
    ("mx.mailprotect.be", "imap.mailprotect.be"), ("mx.transip.email", "imap.transip.email"),
    ("mx.hover.com.cust.hostedemail.com", "mail.hover.com"),
    ("mxbiz1.qq.com", "imap.exmail.qq.com"), ("mxn.mxhichina.com", "imap.qiye.aliyun.com"),
    ("mx1.qiye.aliyun.com", "imap.mxhichina.com"),
    ("qiye163mx01.mxmail.netease.com", "imap.qiye.163.com"), ("mx1.seznam.cz", "imap.seznam.cz"),
    ("mx.runbox.com", "mail.runbox.com"), ("mailserver.purelymail.com", "imap.purelymail.com"),
    ("mx01.agenturserver.de", "mail.agenturserver.de"), ("mx.hostnet.nl", "imap.hostnet.nl"),
]  # fmt: skip


@pytest.mark.parametrize(("exchange", "host"), HOSTERS)
def test_own_domains_at_hosting_companies_get_in(
    app: Flask, dns: NameServer, nylas: Nylas, exchange: str, host: str
) -> None:
    domain = "own.test" if host.endswith("own.test") else f"{exchange.replace('.', '-')}.test"
    dns.zone[domain] = [f"10 {exchange}."]
    page = attempt(app, f"anna@{domain}", "imap", imap_host=host)
    assert page.heading == DONE, page.text
    assert (nylas.settings["imap_username"], nylas.settings["imap_host"]) == (
        f"anna@{domain}",
        host,
    )


@pytest.mark.parametrize(
    ("address", "provider", "typed", "sent"),
    [
        ("anna@web.de", "imap", {}, {"imap_username": "anna@web.de", "imap_host": "imap.web.de"}),
        ("anna@free.fr", "imap", {}, {"imap_username": "anna@free.fr"}),
        ("anna@free.fr", "imap", {"username": "anna"}, {"imap_username": "anna"}),
        ("anna@wp.pl", "imap", {}, {"imap_username": "anna@wp.pl"}),
        (
            "anna.smith@uni.example", "imap",
            {"username": "as123", "imap_host": "imap.uni.example", "smtp_username": "as123",
             "smtp_host": "smtp.uni.example"},
            {"imap_username": "as123", "smtp_username": "as123"},
        ),
        (
            "anna@cs.uni.example", "imap", {"username": "as123", "imap_host": "imap.uni.example"},
            {"imap_username": "as123", "imap_host": "imap.uni.example"},
        ),
        (
            "anna@broken.example", "imap",
            {"imap_host": "imap.elsewhere.example", "smtp_host": "smtp.elsewhere.example"},
            {"imap_host": "imap.elsewhere.example", "smtp_host": "smtp.elsewhere.example"},
        ),
        (
            "anna@corp.example", "ews", {"ews_host": "owa.exchange.example"},
            {"email": "anna@corp.example", "ews_host": "owa.exchange.example"},
        ),
        (
            "anna@corp.example", "ews",
            {"username": "CORP\\as123", "ews_host": "mail.corp.example"},
            {"email": "anna@corp.example", "ews_username": "CORP\\as123"},
        ),
        (
            "anna@corp.example", "ews",
            {"username": "anna@corp.local", "ews_host": "ex.corp.example"},
            {"email": "anna@corp.example", "ews_username": "anna@corp.local"},
        ),
        ("anna@apple.example", "icloud", {"username": "anna@me.com"}, {"username": "anna@me.com"}),
        (
            "anna@apple.example", "imap",
            {"username": "anna@icloud.com", "imap_host": "imap.mail.me.com"},
            {"imap_username": "anna@icloud.com"},
        ),
        (
            "anna@fast.example", "imap",
            {"username": "anna@fastmail.com", "imap_host": "imap.fastmail.com"},
            {"imap_username": "anna@fastmail.com"},
        ),
        ("anna.b@gmail.com", "imap", {"username": "AnnaB+x@googlemail.com"},
         {"imap_username": "AnnaB+x@googlemail.com"}),
        ("Anna@corp.example", "imap", {}, {"imap_username": "Anna@corp.example"}),
        ("Anna@corp.example", "imap", {"username": "anna@CORP.example"},
         {"imap_username": "anna@corp.example"}),
        ("anna@bücher.example", "imap", {"username": "anna@xn--bcher-kva.example"},
         {"imap_username": "anna@xn--bcher-kva.example"}),
    ],
)  # fmt: skip
def test_honest_people_get_in(
    app: Flask, nylas: Nylas, address: str, provider: str,
    typed: dict[str, str], sent: dict[str, str],
) -> None:  # fmt: skip
    nylas.aliases = {login: address for login in ACCOUNTS if login == typed.get("username")}
    page = attempt(app, address, provider, **typed)
    assert page.heading == DONE, page.text
    assert sent.items() <= nylas.settings.items()


@pytest.mark.parametrize("login", ["anna@me.com", "anna@icloud.com"])
def test_an_account_whose_answer_does_not_name_the_address_is_not_handed_out(
    app: Flask, login: str
) -> None:
    page = attempt(app, "anna@apple.example", "icloud", username=login)
    assert page.heading != DONE
    assert "different e-mail address" in page.text


@pytest.mark.parametrize(
    ("address", "login"),
    [
        ("anna@corp.example", "anna@icloud.com"), ("anna@google.example", "anna@gmail.com"),
        ("anna@fast.example", "anna@icloud.com"), ("anna@icloud.com", "other@icloud.com"),
        ("anna@silent.example", "anna@icloud.com"), ("anna@microsoft.example", "anna@outlook.com"),
    ],
)  # fmt: skip
def test_an_account_of_a_provider_that_does_not_serve_the_domain_is_refused(
    app: Flask, nylas: Nylas, address: str, login: str
) -> None:
    for provider in ("imap", "icloud"):
        assert attempt(app, address, provider, username=login).error_at("username")
    assert not nylas.sent
