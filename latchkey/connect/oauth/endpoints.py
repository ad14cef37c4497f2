"""Addresses of a provider: its usual ones, and those that the operator has put in their place."""

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

_PAGE_FOR_ADMINISTRATORS = "adminconsent"


def endpoints_of(
    usual: Mapping[str, str], replaced: Mapping[str, str], *, tenant: str
) -> dict[str, str]:
    """Return the addresses by kind, with Microsoft's tenant in them.

    Administrators approve where people sign in, as in a sovereign cloud.

    :param replaced: also what a provider has none of itself, as few can give tokens back.
    """
    endpoints = {**usual, **replaced}
    if "authorize" in replaced and _PAGE_FOR_ADMINISTRATORS in usual.keys() - replaced.keys():
        path = urlsplit(usual[_PAGE_FOR_ADMINISTRATORS]).path
        endpoints[_PAGE_FOR_ADMINISTRATORS] = urljoin(replaced["authorize"], path)
    return {kind: url.replace("{tenant}", tenant) for kind, url in endpoints.items()}
