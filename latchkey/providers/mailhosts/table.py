"""The table of mail servers, so that people need not know the servers of their provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from latchkey.providers.mailhosts.endings import by_ending, dotted
from latchkey.providers.mailhosts.help import Help, help_in
from latchkey.providers.mailhosts.names import ascii_name
from latchkey.providers.mailhosts.rows import Row, lay_over, own_rows
from latchkey.providers.mailhosts.unsupported import UnsupportedService, UnsupportedServices

_YES_OR_NO = {"yes": True, "no": False}


class Username(StrEnum):
    """Which part of the address the servers take as login name (Thunderbird ISPDB)."""

    ADDRESS = "address"
    """The whole address."""
    UNVERIFIED = "address-unverified"
    """The whole address, although the sources list the part before the @."""
    LOCAL_PART = "local part"
    """The part before the @."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where a mail server listens; TLS follows from the port."""

    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class MailHost:
    """A mail provider and all names of its servers; without `password_login` only OAuth works."""

    name: str
    imap: Server
    smtp: Server
    username: Username
    password_login: bool
    help: Help | None
    hosts: frozenset[str]

    @property
    def short_name(self) -> str:
        """The name without what tells twins of the table apart: "GMX Freemail (gmx.net)"."""
        return self.name.partition(" (")[0]


@dataclass(frozen=True, kw_only=True)
class MailHosts:
    """Every known mail provider (sources: data/README.md)."""

    _by_domain: Mapping[str, MailHost] = field(repr=False)
    _by_suffix: Mapping[str, MailHost] = field(repr=False)
    _by_imap_host: Mapping[str, MailHost] = field(repr=False)
    _by_mx_suffix: Mapping[str, MailHost] = field(repr=False)
    _every_host: frozenset[str] = field(repr=False)
    _unsupported: UnsupportedServices = field(repr=False)
    _checked: tuple[str, ...] = field(repr=False)

    @classmethod
    def load(cls, file: Path | None = None) -> Self:
        """Read the tables that come with the package, and the operator's own over them.

        :raises ProvidersFileError: when the operator's file cannot be used.
        """
        hosts, help_rows = own_rows("hosts.csv"), own_rows("help.csv")
        if file:
            lay_over(hosts, help_rows, file)
        helps = {row["provider"]: help_in(row) for row in help_rows}
        tables = _Tables()
        for row in hosts:
            tables.add(row, helps.get(row["name"]))
        unsupported = own_rows("unsupported.csv")
        return cls(
            _by_domain=tables.by_domain,
            _by_suffix=tables.by_suffix,
            # A name that is the first one of a row is not an alias of another row.
            _by_imap_host=tables.by_alias | tables.by_imap_host,
            _by_mx_suffix=tables.by_mx_suffix,
            _every_host=frozenset(tables.every_host),
            _unsupported=UnsupportedServices(unsupported, supported=tables.by_domain),
            _checked=tuple(row["checked"] for row in (*hosts, *help_rows, *unsupported)),
        )

    def find(self, domain: str) -> MailHost | None:
        """Give the servers of this mail domain, in Unicode or punycode."""
        name = ascii_name(domain) or ""
        return self._by_domain.get(name) or by_ending(self._by_suffix, name)

    def by_imap_host(self, host: str) -> MailHost | None:
        """Give the provider behind an IMAP host; the first by name where several share it."""
        return self._by_imap_host.get(ascii_name(host) or "")

    def by_mx(self, exchange: str) -> MailHost | None:
        """Give the provider that takes in mail at this host; the longest known ending decides."""
        name = exchange.lower().rstrip(".")
        return self._by_mx_suffix.get(name) or by_ending(self._by_mx_suffix, name, dot="")

    def owner(self, domain: str) -> MailHost | None:
        """Give the provider whose mail domain this is, or is below: there, names are customers'."""
        name = ascii_name(domain) or ""
        return self.find(name) or by_ending(self._by_domain, name, dot="")

    def has_host(self, host: str) -> bool:
        """Tell whether this is the IMAP or SMTP host of a known provider."""
        return ascii_name(host) in self._every_host

    def unsupported(self, domain: str) -> UnsupportedService | None:
        """Give the service of this mail domain if its mailboxes cannot be reached by IMAP."""
        return self._unsupported.find(domain)

    def unsupported_by_mx(self, exchange: str) -> UnsupportedService | None:
        """Give the service without IMAP that takes in mail at this host."""
        return self._unsupported.by_mx(exchange)

    def checked_before(self, date: str) -> int:
        """Return how many rows were last compared with their source before ``date`` (ISO 8601)."""
        return sum(checked < date for checked in self._checked if checked)


class _Tables:
    """What ``MailHosts`` looks up, while it is put together."""

    def __init__(self) -> None:
        self.by_domain: dict[str, MailHost] = {}
        self.by_suffix: dict[str, MailHost] = {}
        self.by_imap_host: dict[str, MailHost] = {}
        self.by_alias: dict[str, MailHost] = {}
        self.by_mx_suffix: dict[str, MailHost] = {}
        self.every_host: set[str] = set()

    def add(self, row: Row, help_: Help | None) -> None:
        """Take in one row. A provider known by its MX only has no domains, but servers."""
        # One object for all domains, unless their names are part of the servers' names.
        shared = None if "{domain}" in row["imap_host"] else _mail_host(row, "", help_)
        for domain in row["domains"].split() or [""]:
            entry = shared or _mail_host(row, domain, help_)
            self.by_imap_host.setdefault(entry.imap.host, entry)
            self.every_host |= {entry.imap.host, entry.smtp.host}
            if domain:
                self.by_domain[domain] = entry
        own = _mail_host(row, "", help_, prefix="own_") if row["own_imap_host"] else entry
        self.by_imap_host.setdefault(own.imap.host, own)
        self.every_host |= {own.imap.host, own.smtp.host, *row["more_hosts"].split()}
        for host in row["more_hosts"].split():
            self.by_alias.setdefault(host, entry)
        self.by_mx_suffix |= dict.fromkeys(row["mx_suffixes"].split(), own)
        self.by_suffix |= dict.fromkeys(dotted(row["suffixes"]), entry)


def _mail_host(row: Row, domain: str, help_: Help | None, *, prefix: str = "") -> MailHost:
    columns = ("imap_host", "smtp_host", "own_imap_host", "own_smtp_host", "more_hosts")
    names = " ".join(row[column] for column in columns).replace("{domain}", domain)

    def server(kind: str) -> Server:
        host = row[f"{prefix}{kind}_host"].replace("{domain}", domain)
        return Server(host=host, port=int(row[f"{kind}_port"]))

    return MailHost(
        name=row["name"],
        imap=server("imap"),
        smtp=server("smtp"),
        username=Username(row["username"]),
        password_login=_YES_OR_NO[row["password_login"]],
        help=help_,
        hosts=frozenset(names.split()),
    )
