"""Only the owner's servers: every way to smuggle in another one is tried here."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchkey.providers.mailhosts import (
    HostReason,
    HostRefused,
    MailHosts,
    MailServers,
    PortRefused,
    ServerKind,
)

HOSTS = MailHosts.load()
OWN = "corp.example"
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOSTNAME = re.compile(rf"(?!.{{254}})({LABEL}\.)+(?![0-9]+$){LABEL}")


def check(
    typed: str, domain: str = OWN, *, allow_any: bool = False, allow_loopback: bool = False
) -> str:
    servers = MailServers(HOSTS, None, allow_any=allow_any, allow_loopback=allow_loopback)
    return servers.check_host(typed, domain=domain, kind=ServerKind.MAIL)


def check_port(typed: str, field: str = "imap_port", *ports: int) -> int:
    return MailServers(HOSTS, None, ports=ports).check_port(typed, field=field, host=OWN)


def refusal(typed: str, domain: str = OWN, *, allow_any: bool = False) -> HostReason:
    with pytest.raises(HostRefused) as caught:
        check(typed, domain, allow_any=allow_any)
    return caught.value.reason


@pytest.mark.parametrize("typed", ["corp.example", "mail.corp.example", "a.b.corp.example"])
def test_own_domain_and_names_below_it_are_accepted(typed: str) -> None:
    assert check(typed) == typed


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("imap.gmail.com", "gmail.com"),
        ("mx.freenet.de", "freenet.de"),
        ("smtp.fastmail.com", "fastmail.com"),
        ("imap.gmx.net", "gmx.com"),
        ("imap.yandex.ru", "yandex.ru"),
    ],
)
def test_the_servers_of_a_known_provider_are_accepted_for_its_own_addresses(
    typed: str, domain: str
) -> None:
    assert check(typed, domain) == typed
    assert refusal(typed) is HostReason.FOREIGN
    assert refusal(typed, "gmx.de" if domain != "gmx.com" else "web.de") is HostReason.FOREIGN


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("somewhere.web.de", "web.de"),
        ("web.de", "web.de"),
        ("c-73-1-2-3.hsd1.ca.comcast.net", "comcast.net"),
        ("cpe-76-90-1-2.socal.res.rr.com", "rr.com"),
        ("evil.nc.rr.com", "nc.rr.com"),
        ("pool-108-1-2-3.nycmny.fios.verizon.net", "verizon.net"),
        ("evil.hd.free.fr", "free.fr"),
        ("mail.proton.me", "proton.me"),
    ],
)
def test_names_below_a_known_provider_are_its_customers(typed: str, domain: str) -> None:
    assert refusal(typed, domain) is HostReason.FOREIGN


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("evil.eu.org", "eu.org"),
        ("eu.org", "eu.org"),
        ("evil.duckdns.org", "duckdns.org"),
        ("evil.co.uk", "co.uk"),
        ("evil.github.io", "github.io"),
        ("evil.test", "test"),
    ],
)
def test_names_below_a_public_suffix_have_other_owners(typed: str, domain: str) -> None:
    assert refusal(typed, domain) is HostReason.FOREIGN


def test_an_own_domain_below_a_public_suffix_has_its_servers() -> None:
    assert check("mail.corp.eu.org", "corp.eu.org") == "mail.corp.eu.org"


@pytest.mark.parametrize(
    "typed",
    [
        "c-73-1-2-3.hsd1.ca.isp.example",
        "host-203-0-113-7.isp.example",
        "7.113.0.203.isp.example",
        "cb007107.isp.example",
        "ip203.0.113.7.isp.example",
        "anna.dyn.isp.example",
        "dhcp12.isp.example",
        "dsl-12-34.isp.example",
        "anna.customers.isp.example",
        "evil.hd.isp.example",
    ],
)
def test_machines_of_an_unknown_providers_customers_are_refused(typed: str) -> None:
    assert refusal(typed, "isp.example") is HostReason.FOREIGN


@pytest.mark.parametrize(
    "typed", ["mail.isp.example", "imap2.isp.example", "mx-01.isp.example", "mail.dc1.isp.example"]
)
def test_servers_with_a_number_are_no_customers(typed: str) -> None:
    assert check(typed, "isp.example") == typed


@pytest.mark.parametrize("typed", ["imap.gmx.net", "outlook.office365.com"])
def test_exchange_has_no_servers_of_mail_providers(typed: str) -> None:
    servers = MailServers(HOSTS, None)
    for domain in ("gmx.net", OWN):
        with pytest.raises(HostRefused):
            servers.check_host(typed, domain=domain, kind=ServerKind.EXCHANGE)


@pytest.mark.parametrize(
    "typed",
    [
        "  mail.corp.example\r\n",
        "MAIL.Corp.Example",
        "mail.corp.example.",
        "ｍａｉｌ．ｃｏｒｐ．ｅｘａｍｐｌｅ",  # noqa: RUF001
        "mail。corp。example",
        "mail｡corp｡example。",
    ],
)
def test_other_spellings_of_a_name_come_back_as_the_one_that_is_sent(typed: str) -> None:
    assert check(typed) == "mail.corp.example"


@pytest.mark.parametrize("typed", ["mail.bücher.example", "mail.xn--bcher-kva.example"])
@pytest.mark.parametrize("domain", ["bücher.example", "XN--BCHER-KVA.example", "BÜCHER.example."])
def test_own_domain_is_compared_in_punycode_on_both_sides(typed: str, domain: str) -> None:
    assert check(typed, domain) == "mail.xn--bcher-kva.example"


@pytest.mark.parametrize(
    "typed",
    [
        "evilcorp.example",
        "corp.example.evil.example",
        "mail-corp.example",
        "example",
        "imap.gmail.com.evil.example",
        "evilimap.gmail.com",
        "gmail.com",
        "sub.imap.gmail.com",
        "127.0.0.1.nip.io",
    ],
)
def test_names_that_only_look_related_are_refused(typed: str) -> None:
    expected = HostReason.FOREIGN if "." in typed else HostReason.NOT_A_HOSTNAME
    assert refusal(typed) is expected


@pytest.mark.parametrize("typed", ["mail.cоrp.example", "ϲorp.example", "mail.corp.exаmple"])  # noqa: RUF001
def test_look_alike_letters_are_another_name(typed: str) -> None:
    assert refusal(typed) is HostReason.FOREIGN


def test_placeholder_of_the_table_never_takes_the_domain_of_an_address() -> None:
    assert check("mail.inbox.lv", "inbox.lv") == "mail.inbox.lv"
    assert refusal("mail.evil.example") is HostReason.FOREIGN
    assert refusal("mail.{domain}") is HostReason.NOT_A_HOSTNAME
    assert refusal("mail.") is HostReason.NOT_A_HOSTNAME


@pytest.mark.parametrize("domain", ["", ".", "..", "a b", "@", "[127.0.0.1]", "x" * 2000, "\ud800"])
def test_domain_that_is_no_name_owns_nothing(domain: str) -> None:
    assert refusal("mail.evil.example", domain) is HostReason.FOREIGN


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        ".",
        "https://corp.example",
        "imaps://mail.corp.example",
        "corp.example:993",
        "corp.example/inbox",
        "corp.example?x",
        "corp.example#x",
        "corp.example@evil.example",
        "evil.example\\.corp.example",
        "evil.example%2ecorp.example",
        "evil.example%00.corp.example",
        "evil.example／.corp.example",  # noqa: RUF001
        "evil.example℀.corp.example",
        "mail corp.example",
        "mail,corp.example",
        "mail_1.corp.example",
        "-mail.corp.example",
        "mail-.corp.example",
        "mail..corp.example",
        ".corp.example",
        "corp.example..",
        "*.corp.example",
        "xn--.corp.example",
        "xn--a.corp.example",
        "mailserver",
        f"{'x' * 64}.corp.example",
        "x." * 121 + "corp.example",
        "\ud800.corp.example",
        "[::1]:993",
        "[mail.corp.example]",
        "x192.0.2.1]",
        "[192.0.2.1x",
    ],
)
def test_text_that_is_no_host_name_is_refused(typed: str) -> None:
    assert refusal(typed, allow_any=True) is HostReason.NOT_A_HOSTNAME


@pytest.mark.parametrize("typed", [f"{'x' * 63}.{OWN}", f"xx.{'x.' * 119}{OWN}"])
def test_longest_labels_and_names_are_accepted(typed: str) -> None:
    assert check(typed) == typed
    assert refusal(f"x{typed}") is HostReason.NOT_A_HOSTNAME


@pytest.mark.parametrize("where", ["mai{}l.corp.example", "{}corp.example", "corp.example{}"])
@pytest.mark.parametrize(
    "char",
    [
        "\x00",
        "\x1f",
        "\x7f",
        "\x85",
        "\u00ad",  # soft hyphen
        "\u034f",  # grapheme joiner
        "\u180b",  # Mongolian variation selector
        "\u200b",  # zero-width space
        "\u200c",  # zero-width non-joiner
        "\u200d",  # zero-width joiner
        "\u200e",  # left-to-right mark
        "\u202e",  # right-to-left override
        "\u2060",  # word joiner
        "\u3164",  # Hangul filler
        "\ufe0f",  # variation selector
        "\ufeff",  # byte order mark
        "\U000e0041",  # tag letter
    ],
)
def test_control_and_invisible_characters_are_refused(where: str, char: str) -> None:
    assert refusal(where.format(char), allow_any=True) is HostReason.NOT_A_HOSTNAME


def test_joiner_that_its_script_allows_is_refused_too() -> None:
    assert refusal("क्\u200dष.corp.example", allow_any=True) is HostReason.NOT_A_HOSTNAME


@pytest.mark.parametrize(
    "typed",
    [
        "192.0.2.1",
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "0x7f.1",
        "0X7F000001",
        "0x",
        "1.2.3.0xff",
        "mail.corp.example.1",
        "１２７.0.0.1",  # noqa: RUF001
        "①②⑦.0.0.①",
        "127。0。0。1",
        "::1",
        "[::1]",
        "2001:db8::1",
        "[2001:DB8::1]",
        "::ffff:127.0.0.1",
        "fe80::1%eth0",
        "[192.0.2.1]",
    ],
)
def test_ip_addresses_are_refused_in_every_notation(typed: str) -> None:
    assert refusal(typed, allow_any=True) is HostReason.IP_ADDRESS
    assert refusal(typed, typed) is HostReason.IP_ADDRESS


@pytest.mark.parametrize(
    "typed",
    [
        "localhost",
        "LOCALHOST.",
        "mail.localhost",
        "printer.local",
        "metadata.google.internal",
        "mail.intranet",
        "mail.lan",
        "mail.home",
        "mail.home.arpa",
        "1.0.0.127.in-addr.arpa",
        "mail.corp",
        "mail.private",
        "localhost.localdomain",
        "mail.invalid",
        "mail.onion",
        "mail.alt",
        "mail.ｌｏｃａｌ",  # noqa: RUF001
    ],
)
def test_names_of_private_networks_are_refused_even_as_own_domain(typed: str) -> None:
    assert refusal(typed, allow_any=True) is HostReason.PRIVATE_NAME
    assert refusal(typed, typed) is HostReason.PRIVATE_NAME


@pytest.mark.parametrize("top", ["test", "example"])
def test_names_for_trying_out_follow_the_rule_for_public_names(top: str) -> None:
    assert check(f"mail.corp.{top}", f"corp.{top}") == f"mail.corp.{top}"
    assert refusal(f"mail.evil.{top}", f"corp.{top}") is HostReason.FOREIGN


def test_operators_switch_lets_any_public_name_through() -> None:
    assert check("Mail.Evil.Example", allow_any=True) == "mail.evil.example"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("localhost", "localhost"),
        ("LocalHost.", "localhost"),
        ("imap.localhost", "imap.localhost"),
        ("127.0.0.1", "127.0.0.1"),
        (" 127.9.8.7 ", "127.9.8.7"),
        ("::1", "::1"),
        ("[::1]", "::1"),
    ],
)
def test_sandbox_reaches_servers_on_this_machine(typed: str, sent: str) -> None:
    assert check(typed, allow_loopback=True) == sent
    assert check(sent, allow_loopback=True) == sent


@pytest.mark.parametrize(
    "typed",
    [
        "128.0.0.1",
        "10.0.0.1",
        "0.0.0.0",  # noqa: S104
        "127.1",
        "2130706433",
        "::",
        "::2",
        "::ffff:127.0.0.1",
        "::1%lo",
        "printer.local",
        "notlocalhost",
        "localhost.evil.example",
        "local\u200bhost",
    ],
)
def test_sandbox_reaches_nothing_else_by_it(typed: str) -> None:
    with pytest.raises(HostRefused):
        check(typed, allow_loopback=True)


NEAR_MISSES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "corp.example",
                "imap.gmail.com",
                "localhost",
                "127.0.0.1",
                "xn--",
                "mail",
                "0x7f",
                "ß",
            ]
        ),
        st.sampled_from(list(".-_:/@%[]\\ \t\x00。．\u200d\u00ad")),  # noqa: RUF001
        st.characters(),
    ),
    max_size=8,
).map("".join)
TYPED = st.one_of(st.text(), NEAR_MISSES)
IN_ASCII = {OWN: OWN, "bücher.example": "xn--bcher-kva.example", "web.de": "web.de"}
DOMAINS = st.one_of(st.sampled_from(sorted(IN_ASCII)), st.text(), NEAR_MISSES)


@given(typed=TYPED, domain=st.sampled_from(sorted(IN_ASCII)), allow_any=st.booleans())
def test_whatever_is_typed_is_refused_or_comes_back_as_an_allowed_name(
    typed: str, domain: str, allow_any: bool
) -> None:
    try:
        host = check(typed, domain, allow_any=allow_any)
    except HostRefused:
        return
    assert HOSTNAME.fullmatch(host)
    assert check(host, domain, allow_any=allow_any) == host
    own = IN_ASCII[domain]
    known = HOSTS.find(domain)
    allowed = host in known.hosts if known else host == own or host.endswith(f".{own}")
    assert allow_any or allowed


@given(below=TYPED)
def test_whatever_is_typed_before_the_own_domain_stays_below_it(below: str) -> None:
    try:
        host = check(f"{below}.{OWN}")
    except HostRefused:
        return
    assert host.endswith(f".{OWN}")


@given(typed=TYPED, domain=DOMAINS, allow_any=st.booleans(), allow_loopback=st.booleans())
def test_nothing_but_a_refusal_is_ever_raised(
    typed: str, domain: str, allow_any: bool, allow_loopback: bool
) -> None:
    try:
        host = check(typed, domain, allow_any=allow_any, allow_loopback=allow_loopback)
    except HostRefused:
        return
    assert check(host, domain, allow_any=allow_any, allow_loopback=allow_loopback) == host


@pytest.mark.parametrize(
    ("typed", "field", "port"),
    [
        ("993", "imap_port", 993),
        (" 143\r\n", "imap_port", 143),
        ("465", "smtp_port", 465),
        ("587", "smtp_port", 587),
        ("443", "ews_port", 443),
    ],
)
def test_ports_of_mail_are_accepted(typed: str, field: str, port: int) -> None:
    assert check_port(typed, field) == port


@pytest.mark.parametrize("typed", ["1", "22", "25", "80", "110", "6379", "8443", "65535"])
@pytest.mark.parametrize("field", ["imap_port", "smtp_port", "ews_port"])
def test_other_ports_need_the_operators_setting(typed: str, field: str) -> None:
    with pytest.raises(PortRefused) as refused:
        check_port(typed, field)
    assert refused.value.is_number
    assert check_port(typed, field, int(typed)) == int(typed)


def test_in_the_sandbox_a_server_on_this_machine_has_any_port() -> None:
    servers = MailServers(HOSTS, None, allow_loopback=True)
    assert servers.check_port("10143", field="imap_port", host="127.0.0.1") == 10143
    with pytest.raises(PortRefused):
        servers.check_port("10143", field="imap_port", host=OWN)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "0",
        "65536",
        "99999",
        "100000",
        "-1",
        "+993",
        "9_93",
        "993.0",
        "9e2",
        "0x3e1",
        "0993",
        "9 93",
        "٩٩٣",
        "９９３",  # noqa: RUF001
        "\u00a0993",
        "993\x00",
        "imap",
        "9" * 5000,
    ],
)
def test_everything_else_is_no_port(typed: str) -> None:
    with pytest.raises(PortRefused) as refused:
        check_port(typed)
    assert not refused.value.is_number


@given(typed=st.one_of(st.text(), st.integers().map(str), st.text("0123456789+-_. ٣")))
def test_port_is_the_number_that_was_typed_or_refused(typed: str) -> None:
    try:
        port = check_port(typed)
    except PortRefused:
        return
    assert port in (143, 993)
    assert str(port) == typed.strip()
