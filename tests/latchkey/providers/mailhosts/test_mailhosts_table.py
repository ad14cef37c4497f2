"""The table of mail servers holds what it promises, row by row."""

import csv
import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchkey.providers.mailhosts import (
    Ends,
    HelpKind,
    HelpNote,
    MailHosts,
    Server,
    UnsupportedService,
    Username,
    clean_app_password,
    is_no_app_password,
)

ROOT = Path(__file__).parents[4]
DATA = ROOT / "latchkey/providers/mailhosts/data"
HOSTS = MailHosts.load()
NAME = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


def rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def cells(row: dict[str, str], *columns: str) -> list[str]:
    return [cell for column in columns for cell in row[column].split()]


ROWS = rows("hosts.csv")
HELP = rows("help.csv")
UNSUPPORTED = rows("unsupported.csv")


def name_in_ascii(row: dict[str, str]) -> str:
    """The row's name as a part of a test's name, see ``test_each_test_keeps_its_name``."""
    return row["name"].encode("ascii", "replace").decode()


@pytest.mark.parametrize("row", ROWS, ids=name_in_ascii)
def test_every_row_has_valid_names_and_mail_ports(row: dict[str, str]) -> None:
    for name in cells(row, "domains", "mx_suffixes", "imap_host", "smtp_host"):
        assert NAME.fullmatch(name.replace("{domain}", "domain.example")), name
    for name in cells(row, "suffixes", "own_imap_host", "own_smtp_host", "more_hosts"):
        assert NAME.fullmatch(name), name
    assert bool(row["own_imap_host"]) is bool(row["own_smtp_host"])
    assert row["domains"] or row["mx_suffixes"]
    assert row["imap_port"] in {"143", "993"}
    assert row["smtp_port"] in {"465", "587"}
    assert row["username"] in set(Username) - {Username.LOCAL_PART}, "anna is many people"
    assert row["password_login"] in {"yes", "no"}


@pytest.mark.parametrize("row", ROWS, ids=name_in_ascii)
def test_every_row_is_found_by_its_domains_and_its_imap_host(row: dict[str, str]) -> None:
    for domain in row["domains"].split():
        host = HOSTS.find(domain)
        assert host is not None
        assert host.name == row["name"]
        assert host.imap.host == row["imap_host"].replace("{domain}", domain)
        assert HOSTS.has_host(host.imap.host)
        assert HOSTS.has_host(host.smtp.host)
        sharing = HOSTS.by_imap_host(host.imap.host)
        assert sharing is not None
        assert sharing.imap == host.imap
    assert "{" in row["imap_host"] or HOSTS.by_imap_host(row["imap_host"])


@pytest.mark.parametrize("table", [ROWS, UNSUPPORTED], ids=["hosts", "unsupported"])
def test_rows_are_sorted_and_named_once(table: list[dict[str, str]]) -> None:
    names = [row["name"] for row in table]
    assert names == sorted(set(names), key=str.casefold)
    for row in table:
        assert cells(row, "domains") == sorted(cells(row, "domains"))


@pytest.mark.parametrize("column", ["domains", "mx_suffixes"])
def test_no_domain_is_in_two_rows(column: str) -> None:
    counted = Counter(
        cell for row in ROWS + UNSUPPORTED for cell in cells({column: "", **row}, column)
    )
    assert [domain for domain, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("row", HELP, ids=lambda row: row["provider"])
def test_every_help_belongs_to_a_row_and_links_over_https(row: dict[str, str]) -> None:
    assert row["provider"] in {host["name"] for host in ROWS}
    kinds = row["kinds"].split()
    assert kinds
    assert set(kinds) <= set(HelpKind)
    assert set(row["notes"].split()) <= set(HelpNote)
    for link in filter(None, (row["link"], row["manage"])):
        assert urlsplit(link).scheme == "https"
        assert NAME.fullmatch(urlsplit(link).netloc)
    re.compile(row["shape"])
    if HelpKind.APP_PASSWORD in kinds:
        assert row["ends"] in set(Ends), "what ends it is known where only app passwords work"


def test_help_is_sorted_and_given_once() -> None:
    providers = [row["provider"] for row in HELP]
    assert providers == sorted(set(providers), key=str.casefold)


@pytest.mark.parametrize("kind", HelpKind)
def test_every_kind_of_help_is_used_and_has_its_sentence_on_the_page(kind: HelpKind) -> None:
    page = (ROOT / "templates/components/password_help.html").read_text(encoding="utf-8")
    assert f'"{kind}" in help.kinds' in page
    assert any(kind in row["kinds"].split() for row in HELP)


@pytest.mark.parametrize("note", HelpNote)
def test_every_note_is_used_and_has_its_sentence_on_the_page(note: HelpNote) -> None:
    page = (ROOT / "templates/components/password_help.html").read_text(encoding="utf-8")
    assert f'note == "{note}"' in page or f'"{note}" in help.notes' in page
    assert any(note in row["notes"].split() for row in HELP)


@pytest.mark.parametrize("table", [ROWS, HELP, UNSUPPORTED], ids=["hosts", "help", "unsupported"])
def test_every_row_says_when_it_was_checked(table: list[dict[str, str]]) -> None:
    assert all(re.fullmatch(r"202[6-9]-[01]\d-[0-3]\d", row["checked"]) for row in table)
    assert HOSTS.checked_before("2026-01-01") == 0
    assert HOSTS.checked_before("2099-01-01") == len(ROWS) + len(HELP) + len(UNSUPPORTED)


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("yahoo.com.ph", "Yahoo! Mail"), ("yahoo.gr", "Yahoo! Mail"), ("yahoo.pl", "Yahoo! Mail"),
        ("yahoo.co.jp", "Yahoo! JAPAN Mail"), ("hotmail.co.nz", "Outlook.com (Microsoft)"),
        ("outlook.co.nz", "Outlook.com (Microsoft)"), ("live.com.mx", "Outlook.com (Microsoft)"),
        ("acme.onmicrosoft.com", "Microsoft 365"), ("a.b.onmicrosoft.com", "Microsoft 365"),
        ("onmicrosoft.com", "Microsoft 365"), ("gmx.at", "GMX Freemail (gmx.net)"),
        ("nyc.rr.com", "RoadRunner/TWC"), ("cfl.rr.com", "Spectrum (Bright House)"),
        ("email.de", "WEB.DE Freemail"), ("asia.com", "mail.com"),
        ("zoho.com.cn", "Zoho Mail - China"), ("yandex.com.tr", "Yandex Mail"),
        ("foxmail.com", "qq.com"), ("vip.qq.com", "qq.com"), ("vip.163.com", "vip.163.com"),
        ("internet.ru", "mail.ru"), ("vk.com", "mail.ru"), ("ukr.net", "ukr.net"),
        ("mail.ee", "mail.ee"), ("rogers.com", "Rogers Yahoo! Mail"),
    ],
)  # fmt: skip
def test_domains_of_a_family_belong_to_it(domain: str, name: str) -> None:
    host = HOSTS.find(domain)
    assert host is not None
    assert host.name == name


@pytest.mark.parametrize("domain", ["notonmicrosoft.com", "onmicrosoft.com.evil.example"])
def test_a_suffix_is_a_whole_name(domain: str) -> None:
    assert HOSTS.find(domain) is None


def test_company_domains_at_zoho_have_servers_of_their_own() -> None:
    private, company = HOSTS.find("zoho.eu"), HOSTS.by_mx("mx2.zoho.eu")
    assert private is not None
    assert company is not None
    assert (private.imap.host, private.smtp.host) == ("imap.zoho.eu", "smtp.zoho.eu")
    assert (company.imap.host, company.smtp.host) == ("imappro.zoho.eu", "smtppro.zoho.eu")
    assert company.name == private.name
    assert HOSTS.has_host("imappro.zoho.eu")


@pytest.mark.parametrize("host", ["imap.ionos.com", "smtp.ionos.co.uk", "imap.ionos.de"])
def test_other_names_of_a_server_are_known(host: str) -> None:
    assert HOSTS.has_host(host)


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("privaterelay.appleid.com", "Apple Hide My Email"),
        ("duck.com", "DuckDuckGo Email Protection"),
        ("ann.anonaddy.com", "addy.io"),
        ("sub.mozmail.com", "Firefox Relay"),
    ],
)
def test_services_that_only_forward_are_named_as_such(domain: str, name: str) -> None:
    assert HOSTS.unsupported(domain) == UnsupportedService(name=name, forwards_only=True)
    assert HOSTS.find(domain) is None


def test_a_mailbox_without_imap_is_no_forwarding() -> None:
    assert HOSTS.unsupported("i.ua") == UnsupportedService(name="I.UA", forwards_only=False)
    assert HOSTS.unsupported("gmail.com") is None


@pytest.mark.parametrize(
    ("domain", "password"),
    [
        ("icloud.com", "abcd-efgh-ijkl-mnop"), ("gmail.com", "abcdefghijklmnop"),
        ("yahoo.de", "abcdefghijklmnop"), ("fastmail.com", "a1b2c3d4e5f6g7h8"),
    ],
)  # fmt: skip
def test_the_shape_of_an_app_password_is_known(domain: str, password: str) -> None:
    host = HOSTS.find(domain)
    assert host is not None
    assert host.help is not None
    assert re.fullmatch(host.help.shape, password)
    assert not re.fullmatch(host.help.shape, "My usual password 1")


def test_licence_of_the_data_lies_beside_it() -> None:
    licence = (DATA / "LICENSE.MPL-2.0").read_text(encoding="utf-8")
    assert licence.startswith("Mozilla Public License Version 2.0")
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert "thunderbird/autoconfig" in readme
    assert "chatmail/provider-db" in readme


@pytest.mark.parametrize("domain", ["gmx.de", "GMX.de", "gmx.de.", "ｇｍｘ.de", "gmx。de"])  # noqa: RUF001
def test_domain_is_found_in_every_spelling(domain: str) -> None:
    host = HOSTS.find(domain)
    assert host is not None
    assert host.imap == Server(host="imap.gmx.net", port=993)
    assert host.smtp == Server(host="mail.gmx.net", port=465)


@pytest.mark.parametrize(
    "domain", ["", ".", "mail.gmx.de", "notgmx.de", "de", "messagingengine.com"]
)
def test_only_whole_mail_domains_are_found(domain: str) -> None:
    assert HOSTS.find(domain) is None


def test_placeholder_becomes_the_domain_of_the_address() -> None:
    host = HOSTS.find("Inbox.EU")
    assert host is not None
    assert (host.imap.host, host.smtp.host) == ("mail.inbox.eu", "mail.inbox.eu")


def test_provider_is_found_by_its_imap_host() -> None:
    for typed, name in {
        "IMAP.fastmail.com.": "Fastmail",
        "imap.aol.com": "AOL Mail",
        "outlook.office365.com": "Microsoft 365",
        "ssl0.ovh.net": "OVH",
    }.items():
        host = HOSTS.by_imap_host(typed)
        assert host is not None
        assert host.name == name
    assert HOSTS.by_imap_host("imap.evil.example") is None
    assert HOSTS.by_imap_host("") is None


@pytest.mark.parametrize(
    ("exchange", "name"),
    [
        ("aspmx.l.google.com", "Google Mail"),
        ("SMTP.Google.COM.", "Google Mail"),
        ("aspmx2.googlemail.com", "Google Mail"),
        ("ex-org.mail.protection.outlook.com", "Microsoft 365"),
        ("ex-org.o-v1.mx.microsoft", "Microsoft 365"),
        ("ex-org.olc.protection.outlook.com", "Outlook.com (Microsoft)"),
        ("mx01.mail.icloud.com", "Apple iCloud"),
        ("in1-smtp.messagingengine.com", "Fastmail"),
        ("mx-eu.mail.am0.yahoodns.net", "Yahoo! Mail"),
        ("mx-aol.mail.gm0.yahoodns.net", "AOL Mail"),
        ("mx.zoho.eu", "Zoho Mail - Europe"),
        ("your-server.de", "Hetzner"),
        ("mxn.mxhichina.com", "Alibaba Mail"),
        ("mx2.qiye.aliyun.com", "Alibaba Mail"),
    ],
)
def test_provider_is_found_by_the_end_of_its_mx(exchange: str, name: str) -> None:
    host = HOSTS.by_mx(exchange)
    assert host is not None
    assert host.name == name


@pytest.mark.parametrize("exchange", ["", ".", "mx.ex.org", "notgoogle.com", "google.com.ex.org"])
def test_any_other_mx_belongs_to_nobody_known(exchange: str) -> None:
    assert HOSTS.by_mx(exchange) is None


def test_login_name_and_password_login_follow_the_sources() -> None:
    for domain, username, password_login in (
        ("web.de", Username.UNVERIFIED, True),
        ("icloud.com", Username.ADDRESS, True),
        ("gmail.com", Username.ADDRESS, True),
        ("hotmail.com", Username.ADDRESS, False),
    ):
        host = HOSTS.find(domain)
        assert host is not None
        assert (host.username, host.password_login) == (username, password_login)


def test_help_comes_with_the_provider() -> None:
    yahoo, yandex, orange = (HOSTS.find(d) for d in ("yahoo.com", "yandex.ru", "orange.fr"))
    assert yahoo is not None
    assert yahoo.help is not None
    assert yahoo.help.kinds == (HelpKind.APP_PASSWORD,)
    assert yahoo.help.link == "https://login.yahoo.com/account/security"
    assert yandex is not None
    assert yandex.help is not None
    assert yandex.help.kinds == (HelpKind.ENABLE_IMAP, HelpKind.APP_PASSWORD)
    assert orange is not None
    assert orange.help is None


@pytest.mark.parametrize(
    ("domain", "password_name", "kinds"),
    [
        ("naver.com", "App password", (HelpKind.ENABLE_IMAP, HelpKind.APP_PASSWORD)),
        ("virginmedia.com", "App password", (HelpKind.APP_PASSWORD,)),
        ("ntlworld.com", "App password", (HelpKind.APP_PASSWORD,)),
        ("blueyonder.co.uk", "App password", (HelpKind.APP_PASSWORD,)),
        ("virgin.net", "App password", (HelpKind.APP_PASSWORD,)),
        ("post.cz", "", (HelpKind.APP_PASSWORD_IF_TWO_STEP,)),
    ],
)
def test_where_the_shape_is_not_known_the_help_is_still_given(
    domain: str, password_name: str, kinds: tuple[HelpKind, ...]
) -> None:
    host = HOSTS.find(domain)
    assert host is not None
    assert host.help is not None
    assert (host.help.password_name, host.help.kinds) == (password_name, kinds)
    assert not host.help.shape
    assert not host.help.letter_groups


def test_sky_shows_its_app_passwords_as_yahoo_does() -> None:
    host = HOSTS.find("sky.com")
    assert host is not None
    assert clean_app_password("abcd efgh ijkl mnop", host) == "abcdefghijklmnop"
    assert not is_no_app_password("My usual password 1", host), "its shape is second-hand"


@pytest.mark.parametrize(
    ("exchange", "name"),
    [
        ("work-mx.app.hey.com.", "HEY"),
        ("eforward3.registrar-servers.com", "Namecheap Email Forwarding"),
        ("route1.mx.cloudflare.net", "Cloudflare Email Routing"),
        ("fwd1.porkbun.com", None),
        ("dns1.registrar-servers.com", None),
    ],
)
def test_domains_at_services_closed_to_apps_are_known_by_their_mx(
    exchange: str, name: str | None
) -> None:
    closed = HOSTS.unsupported_by_mx(exchange)
    assert (closed.name if closed else None) == name


@pytest.mark.parametrize(
    ("domain", "name"), [("Proton.me", "Proton Mail"), ("tuta.io.", "Tuta"), ("hey.com", "HEY")]
)
def test_providers_without_imap_are_named(domain: str, name: str) -> None:
    closed = HOSTS.unsupported(domain)
    assert closed
    assert closed.name == name
    assert HOSTS.find(domain) is None


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("jubii.dk", "Jubii"),
        ("voila.fr", "Voila"),
        ("skiff.com", "Skiff"),
        ("smith.freeserve.co.uk", "Orange Home UK"),
        ("Paradise.net.nz", "Vodafone Mail (New Zealand)"),
    ],
)
def test_services_that_closed_are_known_as_such(domain: str, name: str) -> None:
    closed = UnsupportedService(name=name, forwards_only=False, ended=True)
    assert HOSTS.unsupported(domain) == closed
    assert HOSTS.find(domain) is None


def test_every_other_domain_is_not_called_unsupported() -> None:
    assert HOSTS.unsupported("gmail.com") is None
    assert HOSTS.unsupported("notproton.me") is None
    assert HOSTS.unsupported("") is None


@given(text=st.text())
def test_any_text_may_be_looked_up(text: str) -> None:
    HOSTS.find(text)
    HOSTS.by_imap_host(text)
    HOSTS.by_mx(text)
    HOSTS.unsupported(text)
    HOSTS.has_host(text)
