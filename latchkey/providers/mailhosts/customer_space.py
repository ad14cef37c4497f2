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


def looks_like_customer(host: str, domain: str) -> bool:
    """Tell whether ``host``, a name below ``domain``, may be that of a customer's machine."""
    below = host.removesuffix(domain)
    if _IPV4.search(below) or _IPV4_HEX.search(below):
        return True
    return any(_POOL.fullmatch(label) for label in below.split("."))
