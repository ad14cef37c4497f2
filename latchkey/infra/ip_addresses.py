"""IP addresses: which are on the public internet, and the IPv4 addresses that some of IPv6 are."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# IPv4 through a translator (RFC 6052, 2.1).
_NAT64 = IPv6Network("64:ff9b::/96")
# All that is routed on the internet (RFC 4291, 2.4; IANA, "IPv6 Global Unicast Address
# Assignments"). Older Pythons take more for global: RFC 8215's prefix for translators of one
# network, IPv4-compatible and site-local addresses.
_UNICAST = IPv6Network("2000::/3")


def without_ipv6(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that ``address`` leads to, else ``address`` itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def is_public(text: str) -> bool:
    """Tell whether an IP address, perhaps with a zone, means the same machine in every network."""
    address = without_ipv6(ip_address(text.partition("%")[0]))
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast
