"""Which typed servers are accepted, because a stranger's server takes over the grant of an address.

Nylas keeps one grant per address and signs it in anew with whatever servers it is given (Nylas API,
POST /v3/connect/custom). So a host must belong to the domain of the address or to a known provider.
"""

import ipaddress
import re
import string
import unicodedata
from enum import Enum

import idna

from latchkey.providers.mailhosts.names import ascii_name
from latchkey.providers.mailhosts.table import MailHosts

# Names that mean something else in every network: RFC 6761 and the IANA special-use registry (arpa,
# localhost, invalid), RFC 6762 with its appendix G, RFC 7686 (onion), RFC 9476 (alt), ICANN's
# reservation of internal, and what routers hand out (localdomain). `example` and `test` are
# left out: nothing answers there, and people try the page with them.
_PRIVATE_TOPS = frozenset(
    [
        "alt",
        "arpa",
        "corp",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "onion",
        "private",
    ]
)
# A name that ends like this is read as an IPv4 address, in whatever notation
# (https://url.spec.whatwg.org/#ends-in-a-number-checker).
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_LOOPBACK_V4 = ipaddress.IPv4Network("127.0.0.0/8")
_LOOPBACK_V6 = ipaddress.IPv6Address("::1")


class HostReason(Enum):
    """Why a typed host is refused."""

    NOT_A_HOSTNAME = "not a hostname"
    """A URL, a port, a typing error, invisible characters: anything but a full host name."""
    IP_ADDRESS = "IP address"
    """An address, in any notation, where a name is needed."""
    PRIVATE_NAME = "private name"
    """A name that only means something inside one network."""
    FOREIGN = "foreign"
    """A public name that neither belongs to the domain of the address nor to a known provider."""


class HostRefused(Exception):
    """A typed mail server is not accepted; `reason` says why."""

    def __init__(self, reason: HostReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class PortRefused(Exception):
    """A typed port is not a whole number from 1 to 65535."""


def check_host(
    typed: str, *, domain: str, hosts: MailHosts, allow_any: bool, allow_loopback: bool
) -> str:
    """Give the typed mail server of an address at `domain` as lower-case ASCII, ready to be sent.

    `allow_any` (ALLOW_ANY_MAIL_HOST) lifts only the FOREIGN rule; `allow_loopback` is for the
    sandbox. Raises HostRefused.
    """
    text = typed.strip(string.whitespace)
    if (address := _ip_address(text)) is not None:
        if allow_loopback and (address == _LOOPBACK_V6 or address in _LOOPBACK_V4):
            return str(address)
        raise HostRefused(HostReason.IP_ADDRESS)
    host = ascii_name(text)
    if host is None or _has_invisible(text):
        raise HostRefused(HostReason.NOT_A_HOSTNAME)
    top = host.rpartition(".")[2]
    if allow_loopback and top == "localhost":
        return host
    if reason := _reason_against_every_address(host, top):
        raise HostRefused(reason)
    if not (allow_any or _is_own(host, domain) or hosts.has_host(host)):
        raise HostRefused(HostReason.FOREIGN)
    return host


def check_port(typed: str) -> int:
    """Give a typed port as number. Raises PortRefused."""
    text = typed.strip(string.whitespace)
    if not _PORT.fullmatch(text) or int(text) > 65535:
        raise PortRefused
    return int(text)


def _ip_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        in_brackets = text.startswith("[") and text.endswith("]")
        return ipaddress.ip_address(text[1:-1] if in_brackets else text)
    except ValueError:
        return None


def _has_invisible(text: str) -> bool:
    # UTS #46 drops soft hyphens, zero-width spaces and the like without a word, and keeps joiners.
    # What nobody can see, nobody meant to type.
    return any(
        unicodedata.category(char) == "Cf" or idna.uts46_remap(char, std3_rules=False) == ""
        for char in text
    )


def _reason_against_every_address(host: str, top: str) -> HostReason | None:
    if _NUMBER.fullmatch(top):
        return HostReason.IP_ADDRESS
    if top in _PRIVATE_TOPS:
        return HostReason.PRIVATE_NAME
    return None if "." in host else HostReason.NOT_A_HOSTNAME


def _is_own(host: str, domain: str) -> bool:
    own = ascii_name(domain)
    return own is not None and (host == own or host.endswith(f".{own}"))
