"""How many connections each client has, so that none has all of them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address

_IPV6_NETWORK_BITS = 64


class Clients:
    """Counts the open connections of a worker by client.

    :param most: connections that one client may have.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    @contextmanager
    def connected(self, address: str) -> Iterator[bool]:
        """Count one connection while it lasts; tell whether the client may have it."""
        client = _client(address)
        self._open[client] += 1
        try:
            yield self._open[client] <= self._most
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]


def _client(address: str) -> str:
    """Who it is that has ``address``: with IPv6, each client has a whole network."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return hex(int(ip) >> (128 - _IPV6_NETWORK_BITS))
