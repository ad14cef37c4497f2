"""Which client a request comes from."""

from ipaddress import IPv6Address, ip_address, ip_network

from flask import request

from latchkey.connect import ANYONE, Party
from latchkey.web import flow
from latchkey.web.services import get_services

# What one customer of a provider has (RFC 6177).
_IPV6_PREFIX = 64


def client() -> str:
    """Return a keyed hash of the client's network, "" while limits are switched off.

    ``remote_addr`` is the socket's, or what ``ProxyFix`` took from the trusted proxies; no other
    header is believed.
    """
    limiter = get_services().limiter
    return limiter.fingerprint(f"client {network(request.remote_addr)}") if limiter.active else ""


def party() -> Party:
    """Return for whom this request is: its client, and the mail domain of its sign-in."""
    found = client()
    sign_in = flow.current()
    return Party(client=found, domain=sign_in.domain if sign_in else "") if found else ANYONE


def network(address: str | None) -> str:
    """Return the address that counts: IPv4 as it is, of IPv6 the first 64 bits."""
    try:
        parsed = ip_address(_without_port(address or "").partition("%")[0])
    except ValueError:
        # A socket without addresses, or a proxy that writes something else.
        return (address or "").lower()
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ip_network((parsed, _IPV6_PREFIX), strict=False))
        parsed = parsed.ipv4_mapped
    return str(parsed)


def _without_port(address: str) -> str:
    """Some proxies name the port, too, which is another one for each connection."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
