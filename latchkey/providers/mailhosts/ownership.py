"""Ownership: whether a mail server belongs to the domain of an address.

In this order, and the first that knows decides:

1. domains of the table, and all below them: the table's servers, and nothing else;
2. the domain itself and names below it, unless it is a public suffix or the name may be a
   customer's machine;
3. what the domain's own DNS names: MX hosts, the servers of their provider, and SRV targets.

The same records tell which provider an own domain is at.
"""

import re
from collections.abc import Callable
from enum import Enum
from typing import TypeVar

from latchkey.providers.mail_records import EXCHANGE_SERVICES, MAIL_SERVICES, DomainRecords
from latchkey.providers.mailhosts.customer_space import is_rented, looks_like_customer
from latchkey.providers.mailhosts.names import ascii_name, is_private_name
from latchkey.providers.mailhosts.public_suffixes import is_public_suffix, registrable_domain
from latchkey.providers.mailhosts.table import MailHost, MailHosts
from latchkey.providers.mailhosts.unsupported import UnsupportedService

_Found = TypeVar("_Found")


class ServerKind(Enum):
    """What a server is asked for: each kind has servers of its own."""

    MAIL = "mail"
    """IMAP and SMTP."""
    EXCHANGE = "exchange"
    """Exchange Web Services."""


class Belongs(Enum):
    """The verdict on a server."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """DNS could not tell right now."""


_OWN_LOGINS = frozenset(["imap.gmail.com", "outlook.office365.com"])
# What hosters call the servers of a service, numbered or not.
_SERVICE_LABEL = re.compile(
    r"(?:email|ews|exchange|imap|in|inbound|mail|mx|out|outbound|owa|pop|pop3|relay|secure|smtp|ssl|"
    r"submission|tls|webmail)[0-9]{0,3}"
)
_SERVICES = {ServerKind.MAIL: MAIL_SERVICES, ServerKind.EXCHANGE: EXCHANGE_SERVICES}


class Ownership:
    """Judges servers.

    :param records: what domains say in DNS; None asks no DNS, and rule 3 then finds nothing.
    """

    def __init__(self, hosts: MailHosts, records: DomainRecords | None) -> None:
        self._hosts = hosts
        self._records = records

    def judge(self, host: str, domain: str, kind: ServerKind) -> Belongs:
        """Tell whether ``host`` (in ASCII) belongs to the mail domain ``domain``."""
        own = ascii_name(domain)
        if not own:
            return Belongs.NO
        if self._hosts.find(own) or self._hosts.unsupported(own):
            return Belongs.YES if host in self._table_hosts(own, kind) else Belongs.NO
        if self._is_own(host, own):
            return Belongs.YES
        return self._named_by_dns(host, own, kind)

    def provider_of(self, domain: str) -> MailHost | None:
        """Return the provider of a mail domain: the table's, or the one its best MX host names."""
        return self._hosts.find(domain) or self._first(self._hosts.by_mx, domain)

    def own_exchange(self, domain: str) -> str:
        """Return the MX host of a domain that is a name below it, "" without one."""
        own = ascii_name(domain) or ""
        return next((name for name in self._mx(own) or () if self._is_own(name, own)), "")

    def unsupported(self, domain: str) -> UnsupportedService | None:
        """Return the service closed to apps that takes in mail of ``domain``, by MX."""
        return self._first(self._hosts.unsupported_by_mx, domain)

    def leads_inward(self, host: str) -> bool:
        """Tell whether a server, though its name is public, has a private address."""
        known = self._hosts.has_host(host)
        return not known and self._records is not None and self._records.leads_inward(host)

    def runs_mail_of(self, provider_domain: str, domain: str) -> bool:
        """Tell whether mail for ``domain`` goes to the provider of the addresses at another domain.

        Google and Microsoft are left out: own domains have logins of their own there.
        """
        provider = self._hosts.find(provider_domain)
        own = ascii_name(domain)
        if provider is None or own is None or provider.imap.host in _OWN_LOGINS:
            return False
        return any(provider.imap.host in self._operator_hosts(name) for name in self._mx(own) or ())

    def _table_hosts(self, domain: str, kind: ServerKind) -> frozenset[str]:
        entry = self._hosts.find(domain)
        return entry.hosts if entry and kind is ServerKind.MAIL else frozenset()

    def _is_own(self, host: str, domain: str) -> bool:
        if self._hosts.owner(domain) or is_public_suffix(domain):
            return False
        below = host.endswith(f".{domain}") and not looks_like_customer(host, domain)
        return host == domain or below

    def _first(self, look_up: Callable[[str], _Found | None], domain: str) -> _Found | None:
        exchanges = self._mx(ascii_name(domain) or "") or ()
        return next((found for name in exchanges if (found := look_up(name))), None)

    def _mx(self, domain: str) -> tuple[str, ...] | None:
        found = self._records.exchanges(domain) if self._records else ()
        return None if found is None else tuple(filter(_is_public, found))

    def _named_by_dns(self, host: str, domain: str, kind: ServerKind) -> Belongs:
        exchanges = self._mx(domain)
        if exchanges is None:
            return Belongs.UNKNOWN
        if any(self._same_operator(host, exchange, kind) for exchange in exchanges):
            return Belongs.YES
        services = self._records.services(domain, _SERVICES[kind]) if self._records else ()
        if services is None:
            return Belongs.UNKNOWN
        return Belongs.YES if host in filter(_is_public, services) else Belongs.NO

    def _operator_hosts(self, exchange: str) -> frozenset[str]:
        """The servers of the known provider behind an MX host."""
        known = (self._hosts.by_mx(exchange), self._hosts.owner(exchange))
        return frozenset().union(*(host.hosts for host in known if host))

    def _same_operator(self, host: str, exchange: str, kind: ServerKind) -> bool:
        if host == exchange:
            return True
        if host in (known := self._operator_hosts(exchange)):
            return kind is ServerKind.MAIL
        zone = registrable_domain(exchange)
        if not zone or registrable_domain(host) != zone or is_rented(host, zone):
            return False
        # Beside a rented machine are those of strangers, and so may be what is below any machine.
        if is_rented(exchange, zone) or _is_lower(host, exchange):
            return False
        # A large provider: customers' machines may be anywhere else below its name.
        beside = host.partition(".")[2] == exchange.partition(".")[2]
        return not known or (beside and self._hosts.owner(exchange) is None)


def _is_lower(host: str, exchange: str) -> bool:
    """Tell whether a host is further below their zone than an MX host, not named after a service.

    Hosters give names below those of their machines to customers: anna.lyra.uberspace.de.
    """
    labels, most = host.split("."), exchange.count(".") + 1
    return any(not _SERVICE_LABEL.fullmatch(label) for label in labels[:-most])


def _is_public(name: str) -> bool:
    host = ascii_name(name)
    return host is not None and "." in host and not is_private_name(host)
