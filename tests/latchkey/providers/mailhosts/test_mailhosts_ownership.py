"""Which servers belong to a domain by what its own DNS says, and which only seem to."""

import pytest

from latchkey.providers.mail_records import EXCHANGE_SERVICES, MAIL_SERVICES
from latchkey.providers.mailhosts import HostReason, HostRefused, MailServers, ServerKind
from tests.latchkey.providers.mailhosts.records import HOSTS, Records, servers

MX = {
    "corp.example": ["mx1.hoster.example", "mx.backup.example"],
    "large.example": ["customer.mx.cloud.example"],
    "apple.example": ["mx01.mail.icloud.com"],
    "fast.example": ["in1-smtp.messagingengine.com", "in2-smtp.messagingengine.com"],
    "hetzner.example": ["www123.your-server.de"],
    "google.example": ["aspmx.l.google.com"],
    "microsoft.example": ["corp.mail.protection.outlook.com"],
    "private.example": ["mail.internal", "localhost", "nodots", "not a name"],
    "own.example": ["mx.elsewhere.example", "mx.own.example"],
    "dial.example": ["dsl-7.dial.example"],
    "suffix.example": ["mail.co.uk"],
    "contabo.example": ["vmi1111111.contaboserver.net"],
    "azure.example": ["corp.westeurope.cloudapp.azure.com"],
    "ovh.example": ["vps123456.ovh.net"],
    "dedicated.example": ["ns3012345.ovh.net"],
    "strato.example": ["h2345678.stratoserver.net"],
    "dial-in.example": ["mx01.t-ipconnect.de"],
    "vps.example": ["vm123.vps.hoster.example"],
    "small.example": ["vps7.hoster.example"],
    "uberspace.example": ["lyra.uberspace.de"],
    "numbered.example": ["server123.hoster.example"],
    "closed.example": ["mail.protonmail.ch"],
    "silent.example": None,
    "half.example": [],
    "xn--bcher-kva.example": ["mx.hoster.example"],
}
SERVICES = {
    "corp.example": ["imap.elsewhere.example"],
    "private.example": ["imap.internal"],
    "half.example": None,
}


def verdict(host: str, domain: str, kind: ServerKind = ServerKind.MAIL) -> HostReason | None:
    """Why a server is refused for a domain, None where it belongs to it."""
    rule = servers(Records(MX, SERVICES))
    try:
        assert rule.check_host(host, domain=domain, kind=kind) == host
    except HostRefused as refused:
        assert not rule.belongs(host, domain, kind)
        return refused.reason
    assert rule.belongs(host, domain, kind)
    return None


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("mx1.hoster.example", "corp.example"),
        ("mx.backup.example", "corp.example"),
        ("imap.hoster.example", "corp.example"),
        ("smtp.imap2.backup.example", "corp.example"),
        ("hoster.example", "corp.example"),
        ("imap.elsewhere.example", "corp.example"),
        ("imap.hoster.example", "xn--bcher-kva.example"),
        ("imap.hoster.example", "bücher.example"),
        ("imap.mail.me.com", "apple.example"),
        ("smtp.fastmail.com", "fast.example"),
        ("www123.your-server.de", "hetzner.example"),
        ("www124.your-server.de", "hetzner.example"),
        ("in3-smtp.messagingengine.com", "fast.example"),
        ("mx.elsewhere.example", "own.example"),
        ("vmi1111111.contaboserver.net", "contabo.example"),
        ("corp.westeurope.cloudapp.azure.com", "azure.example"),
        ("lyra.uberspace.de", "uberspace.example"),
        ("server124.hoster.example", "numbered.example"),
        ("box12.hoster.example", "corp.example"),
    ],
)
def test_what_the_domain_itself_names_belongs_to_it(host: str, domain: str) -> None:
    assert verdict(host, domain) is None


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("imap.other.example", "corp.example"),
        ("hoster.example.evil.example", "corp.example"),
        ("evil-hoster.example", "corp.example"),
        ("dsl-7.hoster.example", "corp.example"),
        ("192-0-2-1.hoster.example", "corp.example"),
        ("evil.co.uk", "suffix.example"),
        ("co.uk", "suffix.example"),
        ("www124.deep.your-server.de", "hetzner.example"),
        ("your-server.de", "hetzner.example"),
        ("evil.mail.icloud.com", "apple.example"),
        ("other.elsewhere.example", "corp.example"),
        ("imap.hoster.example", "nothing.example"),
        ("imap.hoster.example", "not a domain"),
        ("imap.hoster.example", ""),
        ("imap.gmail.com", "corp.example"),
        ("dsl-7.dial.example", "own.example"),
        # Machines that a stranger can rent beside the one that takes the mail.
        ("vmi2222222.contaboserver.net", "contabo.example"),
        ("mail.contaboserver.net", "contabo.example"),
        ("evil.westeurope.cloudapp.azure.com", "azure.example"),
        ("imap.westeurope.cloudapp.azure.com", "azure.example"),
        ("vps999999.ovh.net", "ovh.example"),
        ("ns9999999.ovh.net", "dedicated.example"),
        ("h9999999.stratoserver.net", "strato.example"),
        ("p5b0a23ab.dip0.t-ipconnect.de", "dial-in.example"),
        ("vm124.vps.hoster.example", "vps.example"),
        ("vps8.hoster.example", "small.example"),
        ("imap.hoster.example", "small.example"),
        ("vps8.hoster.example", "corp.example"),
        ("srv1234567.hoster.example", "corp.example"),
        ("evil.lyra.uberspace.de", "uberspace.example"),
        ("imap.evil.lyra.uberspace.de", "uberspace.example"),
        ("evil.mx1.hoster.example", "corp.example"),
    ],
)
def test_what_it_does_not_name_is_foreign(host: str, domain: str) -> None:
    assert verdict(host, domain) is HostReason.FOREIGN


def test_a_customers_machine_is_accepted_where_the_domain_names_it_itself() -> None:
    assert verdict("dsl-7.dial.example", "dial.example") is None
    assert verdict("dsl-8.dial.example", "dial.example") is HostReason.FOREIGN


@pytest.mark.parametrize("domain", ["silent.example", "half.example"])
def test_where_dns_is_silent_an_unknown_server_waits(domain: str) -> None:
    assert verdict("imap.hoster.example", domain) is HostReason.UNCHECKED
    assert verdict(f"mail.{domain}", domain) is None


def test_exchange_servers_of_mail_providers_are_no_servers_of_exchange() -> None:
    assert verdict("imap.mail.me.com", "apple.example", ServerKind.EXCHANGE) is HostReason.FOREIGN
    assert verdict("imap.gmail.com", "gmail.com", ServerKind.EXCHANGE) is HostReason.FOREIGN
    assert verdict("mail.hoster.example", "corp.example", ServerKind.EXCHANGE) is None


@pytest.mark.parametrize(
    ("kind", "names"),
    [(ServerKind.MAIL, MAIL_SERVICES), (ServerKind.EXCHANGE, EXCHANGE_SERVICES)],
)
def test_each_kind_of_server_has_service_records_of_its_own(
    kind: ServerKind, names: tuple[str, ...]
) -> None:
    records = Records(MX, SERVICES)
    assert servers(records).belongs("imap.elsewhere.example", "corp.example", kind)
    assert records.service_names == set(names)


def test_without_dns_only_the_table_and_the_own_domain_count() -> None:
    rule = servers(None)
    assert rule.belongs("mail.corp.example", "corp.example", ServerKind.MAIL)
    assert not rule.belongs("mx1.hoster.example", "corp.example", ServerKind.MAIL)
    assert rule.belongs("imap.gmail.com", "gmail.com", ServerKind.MAIL)
    assert not rule.runs_mail_of("me.com", "apple.example")
    assert rule.check_host("a.corp.example", domain="corp.example", kind=ServerKind.MAIL)


def test_a_name_that_leads_into_a_network_is_refused_also_where_any_server_may_be_typed() -> None:
    records = Records(MX, inward=["mail.corp.example", "imap.gmail.com"])
    for allow_any in (True, False):
        rule = servers(records, allow_any=allow_any)
        with pytest.raises(HostRefused) as caught:
            rule.check_host("mail.corp.example", domain="corp.example", kind=ServerKind.MAIL)
        assert caught.value.reason is HostReason.PRIVATE_NAME
        # Some networks answer for well-known servers themselves.
        assert rule.check_host("imap.gmail.com", domain="gmail.com", kind=ServerKind.MAIL)


def test_in_the_sandbox_a_server_on_this_machine_belongs_to_every_address() -> None:
    rule = MailServers(HOSTS, None, allow_loopback=True)
    for host in ("127.0.0.1", "::1", "localhost", "imap.localhost"):
        assert rule.belongs(host, "corp.example", ServerKind.MAIL)
        assert not servers(None).belongs(host, "corp.example", ServerKind.MAIL)
    assert not rule.belongs("192.0.2.1", "corp.example", ServerKind.MAIL)


@pytest.mark.parametrize("host", ["mail.internal", "localhost", "nodots", "imap.internal"])
def test_records_that_lead_into_a_network_name_nothing(host: str) -> None:
    assert not servers(Records(MX, SERVICES)).belongs(host, "private.example", ServerKind.MAIL)


@pytest.mark.parametrize(
    ("provider", "domain", "there"),
    [
        ("me.com", "apple.example", True),
        ("fastmail.com", "fast.example", True),
        ("me.com", "fast.example", False),
        ("me.com", "silent.example", False),
        ("me.com", "nothing.example", False),
        ("me.com", "not a domain", False),
        ("nothing.example", "apple.example", False),
        # Own domains have logins of their own there.
        ("gmail.com", "google.example", False),
        ("outlook.com", "microsoft.example", False),
    ],
)
def test_an_account_elsewhere_is_that_of_the_provider_that_takes_the_mail(
    provider: str, domain: str, there: bool
) -> None:
    assert servers(Records(MX)).runs_mail_of(provider, domain) is there


@pytest.mark.parametrize(
    ("domain", "host"),
    [
        ("own.example", "mx.own.example"),
        ("corp.example", ""),
        ("dial.example", ""),
        ("silent.example", ""),
        ("not a domain", ""),
        ("nothing.example", ""),
    ],
)
def test_an_exchange_server_of_ones_own_is_the_mx_host_below_the_domain(
    domain: str, host: str
) -> None:
    assert servers(Records(MX)).own_exchange(domain) == host


def test_the_provider_of_a_domain_is_that_of_the_table_or_of_the_best_known_mx_host() -> None:
    rule = servers(Records(MX))
    assert rule.provider_of("gmail.com") is HOSTS.find("gmail.com")
    assert rule.provider_of("apple.example") is HOSTS.find("me.com")
    for domain in ("corp.example", "silent.example", "not a domain"):
        assert rule.provider_of(domain) is None


def test_a_service_that_is_closed_to_apps_is_known_by_the_mx_host_of_a_domain() -> None:
    rule = servers(Records(MX))
    assert rule.unsupported("closed.example") is HOSTS.unsupported("proton.me") is not None
    for domain in ("corp.example", "apple.example", "silent.example", "not a domain"):
        assert rule.unsupported(domain) is None
