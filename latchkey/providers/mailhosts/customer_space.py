"""Customer space: names that access and server providers give to their customers' machines.

Such a name belongs to the customer for as long as the address is his, and a certificate for it can
be had in that time. Providers publish no list, so the usual patterns have to do.
"""

import re

# 73-1-2-3, 1.2.3.4 in labels of their own, and the eight hex digits of an IPv4 address.
_IPV4 = re.compile(r"(?:^|[^0-9])[0-9]{1,3}(?:[-.x_][0-9]{1,3}){2,}(?:[^0-9]|$)")
_IPV4_HEX = re.compile(r"(?:^|[^a-z0-9])(?=[a-f]*[0-9])[0-9a-f]{8}(?:[^a-z0-9]|$)")
_POOLS = (
    "adsl|broadband|cable|client|clients|cm|cpe|cust|customer|customers|dhcp|dial|dialin|dialup|dorm"
    "|dsl|dyn|dynamic|dynamicip|fiber|fibre|fios|ftth|hd|hsd[0-9]*|lte|pool|pools|ppp|pppoe|res|"
    "residential|resnet|rev|reverse|sdsl|umts|vdsl|wifi|wlan|wlans"
)
_POOL = re.compile(rf"(?:{_POOLS})(?:-?[0-9][a-z0-9-]*)?")
# Machines for rent, by the names that they come with: vmi1234567.contaboserver.net,
# vps123456.ovh.net, ns3012345.ovh.net, h1234567.stratoserver.net, p5b0123ab.dip0.t-ipconnect.de.
# A hoster's own machines are numbered with fewer digits: www123.your-server.de.
_RENTED = re.compile(
    r"[0-9]{5}|(?:^|[.-])(?:droplet|kvm|vds|vm|vmi|vps|vserver)(?:-?[0-9]|[.-])|"
    r"(?:^|[.-])[a-z]?[0-9a-f]{8}(?:[.-]|$)"
)
# Below these, customers choose the names of their machines, which the Public Suffix List lacks.
_RENTED_ZONES = (
    "cloudapp.azure.com",
    "contaboserver.net",
    "linode.com",
    "linodeusercontent.com",
    "onlinehome-server.com",
    "onlinehome-server.info",
    "stratoserver.net",
    "t-ipconnect.de",
    "vultrusercontent.com",
)


def looks_like_customer(host: str, domain: str) -> bool:
    """Tell whether ``host``, a name below ``domain``, may be that of a customer's machine."""
    below = host.removesuffix(domain)
    if _IPV4.search(below) or _IPV4_HEX.search(below):
        return True
    return any(_POOL.fullmatch(label) for label in below.split("."))


def is_rented(host: str, zone: str) -> bool:
    """Tell whether ``host``, a name below ``zone``, may be a machine for rent.

    Unlike the names of ``looks_like_customer``, the owner of a domain may use such ones himself.
    """
    if any(host.endswith(f".{rented}") for rented in _RENTED_ZONES):
        return True
    return looks_like_customer(host, zone) or bool(_RENTED.search(host.removesuffix(zone)))
