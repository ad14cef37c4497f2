"""The address of this page, as the provider and the app know it."""

from urllib.parse import urlsplit

from flask import request

from latchkey.web.services import get_services


def own_address() -> str:
    """Return it without a slash at its end: ``PUBLIC_URL``, or the host of a brand.

    Cookies belong to a host, so people have to come back to the one they left. Without
    ``PUBLIC_URL`` only this machine's names are answered.
    """
    services = get_services()
    public = services.settings.public_url
    if public and not services.brands.of_host(request.host):
        return public
    parts = urlsplit(request.url_root)
    scheme = urlsplit(public).scheme or parts.scheme
    return parts._replace(scheme=scheme).geturl().rstrip("/")
