"""The table of mail servers, so that people need not know the servers of their provider."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files
from typing import Self

from latchkey.providers.mailhosts.names import ascii_name

_YES_OR_NO = {"yes": True, "no": False}


class Username(StrEnum):
    """Which part of the address the servers take as login name (Thunderbird ISPDB)."""

    ADDRESS = "address"
    """The whole address."""
    LOCAL_PART = "local part"
    """The part before the @."""


class HelpKind(StrEnum):
    """What the owner of a mailbox must do or know before a password login works."""

    APP_PASSWORD = "app-password"
    """The account's own password is refused; a password made for one app is needed."""
    APP_PASSWORD_IF_TWO_STEP = "app-password-if-two-step"
    """The account's own password works, unless two-step sign-in is on: then as above."""
    SECURE_MAIL_KEY = "secure-mail-key"
    """As an app password, under the name AT&T gives it."""
    EXTERNAL_APP_PASSWORD = "external-app-password"
    """As an app password, under the name mail.ru gives it: password for external apps."""
    SEPARATE_PASSWORD = "separate-password"
    """E-mail programs have one password of their own, set apart from the account's (T-Online)."""
    AUTHORISATION_CODE = "authorisation-code"
    """A code that webmail hands out takes the place of the password (QQ, NetEase)."""
    ENABLE_IMAP = "enable-imap"
    """IMAP is off until it is switched on in the settings of the mailbox."""
    PAID_IMAP = "paid-imap"
    """IMAP belongs to a paid plan."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where a mail server listens; TLS follows from the port."""

    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Help:
    """What stands between a mailbox and its password login, in the order in which to do it.

    `link` is the provider's own page, if it has a stable one. `letter_groups` says that app
    passwords are shown as four groups of four letters whose blanks are not part of them.
    """

    kinds: tuple[HelpKind, ...]
    link: str | None
    letter_groups: bool


@dataclass(frozen=True, kw_only=True)
class MailHost:
    """The servers of one mail provider; without `password_login` only OAuth leads in."""

    name: str
    imap: Server
    smtp: Server
    username: Username
    password_login: bool
    help: Help | None


@dataclass(frozen=True, kw_only=True)
class MailHosts:
    """Every known mail provider (sources: sign_in/data/README.md)."""

    _by_domain: Mapping[str, MailHost] = field(repr=False)
    _by_imap_host: Mapping[str, MailHost] = field(repr=False)
    _by_mx_suffix: Mapping[str, MailHost] = field(repr=False)
    _every_host: frozenset[str] = field(repr=False)
    _unsupported: Mapping[str, str] = field(repr=False)

    @classmethod
    def load(cls) -> Self:
        """Read the tables that come with the package."""
        helps = {row["provider"]: _help(row) for row in _rows("help.csv")}
        by_domain: dict[str, MailHost] = {}
        by_imap_host: dict[str, MailHost] = {}
        by_mx_suffix: dict[str, MailHost] = {}
        every_host: set[str] = set()
        for row in _rows("hosts.csv"):
            # A provider known by its MX only has no domains, but its servers count all the same.
            for domain in row["domains"].split() or [""]:
                entry = _mail_host(row, domain, helps.get(row["name"]))
                by_imap_host.setdefault(entry.imap.host, entry)
                every_host |= {entry.imap.host, entry.smtp.host}
                if domain:
                    by_domain[domain] = entry
            by_mx_suffix |= dict.fromkeys(row["mx_suffixes"].split(), entry)
        return cls(
            _by_domain=by_domain,
            _by_imap_host=by_imap_host,
            _by_mx_suffix=by_mx_suffix,
            _every_host=frozenset(every_host),
            _unsupported={
                domain: row["name"]
                for row in _rows("unsupported.csv")
                for domain in row["domains"].split()
            },
        )

    def find(self, domain: str) -> MailHost | None:
        """Give the servers of exactly this mail domain, in Unicode or punycode."""
        return self._by_domain.get(ascii_name(domain) or "")

    def by_imap_host(self, host: str) -> MailHost | None:
        """Give the provider behind an IMAP host; the first by name where several share it."""
        return self._by_imap_host.get(ascii_name(host) or "")

    def by_mx(self, exchange: str) -> MailHost | None:
        """Give the provider that takes in mail at this host; the longest known ending decides."""
        labels = exchange.lower().rstrip(".").split(".")
        endings = (".".join(labels[start:]) for start in range(len(labels)))
        return next((self._by_mx_suffix[end] for end in endings if end in self._by_mx_suffix), None)

    def has_host(self, host: str) -> bool:
        """Tell whether this is the IMAP or SMTP host of a known provider."""
        return ascii_name(host) in self._every_host

    def unsupported(self, domain: str) -> str | None:
        """Give the name of the provider if its mailboxes cannot be reached by IMAP at all."""
        return self._unsupported.get(ascii_name(domain) or "")


def _rows(name: str) -> Iterator[Mapping[str, str]]:
    text = (files("latchkey.providers.mailhosts") / "data" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


def _mail_host(row: Mapping[str, str], domain: str, help_: Help | None) -> MailHost:
    def server(kind: str) -> Server:
        host = row[f"{kind}_host"].replace("{domain}", domain)
        return Server(host=host, port=int(row[f"{kind}_port"]))

    return MailHost(
        name=row["name"],
        imap=server("imap"),
        smtp=server("smtp"),
        username=Username(row["username"]),
        password_login=_YES_OR_NO[row["password_login"]],
        help=help_,
    )


def _help(row: Mapping[str, str]) -> Help:
    return Help(
        kinds=tuple(HelpKind(kind) for kind in row["kinds"].split()),
        link=row["link"] or None,
        letter_groups=_YES_OR_NO[row["letter_groups"]],
    )
