"""Which typed servers are accepted, because a stranger's server takes over the grant of an address.

Nylas keeps one grant per address and signs it in again with the servers it is given (Nylas API,
POST /v3/connect/custom). So a server must belong to the domain of the address.
"""

import ipaddress
import re
import string
from collections.abc import Collection
from enum import Enum

from latchkey.providers.mail_records import DomainRecords
from latchkey.providers.mailhosts.names import (
    ascii_name,
    ends_in_number,
    has_invisible,
    is_private_name,
)
from latchkey.providers.mailhosts.ownership import Belongs, Ownership, ServerKind
from latchkey.providers.mailhosts.table import MailHost, MailHosts
from latchkey.providers.mailhosts.unsupported import UnsupportedService

_PORT = re.compile(r"[1-9][0-9]{0,4}")
_LOOPBACK_V4 = ipaddress.IPv4Network("127.0.0.0/8")
_LOOPBACK_V6 = ipaddress.IPv6Address("::1")

# 143 and 587 begin in the clear and upgrade with STARTTLS; all others are TLS from the first byte.
MAIL_PORTS = {
    "imap_port": frozenset([993, 143]),
    "smtp_port": frozenset([465, 587]),
    "ews_port": frozenset([443]),
}


class HostReason(Enum):
    """Why a typed host is refused."""

    NOT_A_HOSTNAME = "not a hostname"
    """A URL, a port, a typing error, invisible characters: anything but a full host name."""
    IP_ADDRESS = "IP address"
    """An address, in any notation, where a name is needed."""
    PRIVATE_NAME = "private name"
    """A name that only means something inside one network, or leads into one."""
    FOREIGN = "foreign"
    """A public name that does not belong to the domain of the address."""
    UNCHECKED = "unchecked"
    """DNS could not tell right now whether it belongs to it."""


class HostRefused(Exception):
    """A typed mail server is not accepted; `reason` says why."""

    def __init__(self, reason: HostReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class PortRefused(Exception):
    """A typed port is no number from 1 to 65535, or (`is_number`) not one of mail."""

    def __init__(self, *, is_number: bool) -> None:
        super().__init__("not a port of mail" if is_number else "not a port")
        self.is_number = is_number


class MailServers:
    """The rule for typed servers, and which servers belong to an address.

    :param records: what domains say in DNS; None asks no DNS: then only servers of the table and
        those below the address's own domain are known to belong to it.
    :param ports: more ports than the usual ones (MAIL_PORTS).
    :param allow_any: lifts the rule about foreign servers (ALLOW_ANY_MAIL_HOST).
    :param allow_loopback: for the sandbox.
    """

    def __init__(
        self,
        hosts: MailHosts,
        records: DomainRecords | None,
        *,
        ports: Collection[int] = (),
        allow_any: bool = False,
        allow_loopback: bool = False,
    ) -> None:
        self._ownership = Ownership(hosts, records)
        self._ports = frozenset(ports)
        self._allow_any = allow_any
        self._allow_loopback = allow_loopback

    def check_host(self, typed: str, *, domain: str, kind: ServerKind) -> str:
        """Give the typed server of an address at `domain` as lower-case ASCII, ready to be sent.

        Raises HostRefused.
        """
        text = typed.strip(string.whitespace)
        if (address := _ip_address(text)) is not None:
            if self._is_loopback(str(address)):
                return str(address)
            raise HostRefused(HostReason.IP_ADDRESS)
        host = ascii_name(text)
        if host is None or has_invisible(text):
            raise HostRefused(HostReason.NOT_A_HOSTNAME)
        if self._is_loopback(host):
            return host
        if reason := _reason_against_every_address(host) or self._reason(host, domain, kind):
            raise HostRefused(reason)
        return host

    def belongs(self, host: str, domain: str, kind: ServerKind) -> bool:
        """Tell whether a checked server belongs to `domain`, also where any other is accepted."""
        return self._is_loopback(host) or (self._ownership.judge(host, domain, kind) is Belongs.YES)

    def provider_of(self, domain: str) -> MailHost | None:
        """Return the provider of a mail domain, by the table or by MX: then it takes a second."""
        return self._ownership.provider_of(domain)

    def own_exchange(self, domain: str) -> str:
        """Return the MX host of a domain that is a name below it, "" without one."""
        return self._ownership.own_exchange(domain)

    def unsupported(self, domain: str) -> UnsupportedService | None:
        """Return the service closed to apps that takes in mail of ``domain``, by MX."""
        return self._ownership.unsupported(domain)

    def runs_mail_of(self, provider_domain: str, domain: str) -> bool:
        """Tell whether addresses at `domain` are accounts of the provider of `provider_domain`."""
        return self._ownership.runs_mail_of(provider_domain, domain)

    def check_port(self, typed: str, *, field: str, host: str) -> int:
        """Give the port that was typed into `field` for a checked host. Raises PortRefused."""
        text = typed.strip(string.whitespace)
        if not _PORT.fullmatch(text) or int(text) > 65535:
            raise PortRefused(is_number=False)
        port = int(text)
        if not (port in MAIL_PORTS[field] | self._ports or self._is_loopback(host)):
            raise PortRefused(is_number=True)
        return port

    def _reason(self, host: str, domain: str, kind: ServerKind) -> HostReason | None:
        if not self._allow_any:
            verdict = self._ownership.judge(host, domain, kind)
            if verdict is not Belongs.YES:
                unknown = verdict is Belongs.UNKNOWN
                return HostReason.UNCHECKED if unknown else HostReason.FOREIGN
        return HostReason.PRIVATE_NAME if self._ownership.leads_inward(host) else None

    def _is_loopback(self, host: str) -> bool:
        """Tell whether it is a server on this machine, and the sandbox may reach it."""
        if not self._allow_loopback:
            return False
        address = _ip_address(host)
        if address is None:
            return host == "localhost" or host.endswith(".localhost")
        return address == _LOOPBACK_V6 or address in _LOOPBACK_V4


def _ip_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        in_brackets = text.startswith("[") and text.endswith("]")
        return ipaddress.ip_address(text[1:-1] if in_brackets else text)
    except ValueError:
        return None


def _reason_against_every_address(host: str) -> HostReason | None:
    if ends_in_number(host):
        return HostReason.IP_ADDRESS
    if is_private_name(host):
        return HostReason.PRIVATE_NAME
    return None if "." in host else HostReason.NOT_A_HOSTNAME
