"""Which client a request comes from.

Of IPv6, a client has the first 64 bits at least, and may have a /56 or a /48 (RFC 6177). Behind a
/48 there may as well be very many people. So what is counted for a /64 is counted for its /48, too,
which has a few times as much room.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import has_request_context, request

from latchkey.connect import ANYONE, Party
from latchkey.infra.ip_addresses import without_ipv6
from latchkey.infra.limits import Mode, Use
from latchkey.web import flow
from latchkey.web.services import get_services

_IPV6_PREFIX = 64
_SITE_PREFIX = 48
# How many clients' room a /48 has.
_CLIENTS_OF_SITE = 4


def client() -> str:
    """Return a keyed hash of the client's network, "" while limits are switched off.

    ``remote_addr`` is the socket's, or what ``BehindProxies`` took from the trusted proxies; no
    other header is believed.
    """
    return _name(network(request.remote_addr))


def uses_of_client(
    rule: str, about: str = "", *, mode: Mode = Mode.TAKE, of_site: int = _CLIENTS_OF_SITE
) -> list[Use]:
    """Return what counts this request for its client, and last for its /48 of IPv6.

    :param about: what else has a counter of its own with each client.
    :param of_site: how many times the room of a client its /48 has.
    """
    clients = [(client(), 1)]
    if wider := site(request.remote_addr):
        clients.append((_name(wider), of_site))
    return [
        Use(rule=rule, subject=f"{name} {about}".rstrip(), mode=mode, times=times)
        for name, times in clients
    ]


def widest_network() -> str:
    """Return a keyed hash of the widest network that may be one client's, "" for no client."""
    if not has_request_context():
        return ""
    return _name(site(request.remote_addr) or network(request.remote_addr))


def party() -> Party:
    """Return for whom this request is: its client, and the mail domain of its sign-in."""
    found = client()
    sign_in = flow.current()
    return Party(client=found, domain=sign_in.domain if sign_in else "") if found else ANYONE


def network(address: str | None) -> str:
    """Return the address that counts: IPv4 as it is, of IPv6 the first 64 bits."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_PREFIX), strict=False))
    # A socket without addresses, or a proxy that writes something else.
    return str(parsed) if parsed else (address or "").lower()


def site(address: str | None) -> str:
    """Return the /48 of an IPv6 address, "" for all others."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _SITE_PREFIX), strict=False))
    return ""


def _name(found: str) -> str:
    limiter = get_services().limiter
    return limiter.fingerprint(f"client {found}") if limiter.active else ""


def _parsed(address: str | None) -> IPv4Address | IPv6Address | None:
    """The address, of IPv6 the IPv4 address that it stands for if any."""
    try:
        return without_ipv6(ip_address(_without_port(address or "").partition("%")[0]))
    except ValueError:
        return None


def _without_port(address: str) -> str:
    """Some proxies name the port, too, which is another one for each connection."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
