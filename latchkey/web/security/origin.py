"""Where forms may be sent from: a second lock beside the CSRF token."""

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from flask import request
from flask_wtf.csrf import CSRFError

from config import Settings
from latchkey.infra.unproxied import unproxied

_READING = ("GET", "HEAD", "OPTIONS")


class OriginRefused(CSRFError):  # type: ignore[misc]
    """A form was sent from elsewhere; the description names the check that refused it."""


def origin_guard(settings: Settings, apis: Collection[str]) -> Callable[[], None]:
    """Make the rule: browsers say where a form was sent from (Fetch Metadata, RFC 6454)."""
    public = urlsplit(settings.public_url)
    https = public.scheme == "https"
    behind = "the proxy did not send X-Forwarded-Proto: https"
    over_http = behind if settings.trusted_proxies else "behind a proxy set TRUSTED_PROXIES"

    def refuse_foreign_posts() -> None:
        asked = unproxied(request)
        if asked.method in _READING:
            return
        if https and not asked.is_secure:
            raise OriginRefused(f"Sent over http: {over_http}")
        if asked.endpoint in apis:
            return
        site = asked.headers.get("Sec-Fetch-Site")
        if site not in (None, "same-origin", "none"):
            raise OriginRefused("Sec-Fetch-Site names another site")
        schemes = ("https",) if https else ("https", "http")
        ours = {f"{scheme}://{host}" for scheme in schemes for host in (public.netloc, asked.host)}
        if not _is_ours(asked.headers.get("Origin"), site, ours):
            raise OriginRefused("Origin names another site")

    return refuse_foreign_posts


def _is_ours(origin: str | None, site: str | None, ours: Collection[str]) -> bool:
    # A proxy that adds "Referrer-Policy: no-referrer" turns the origin of our own page into "null".
    if origin is None or (origin == "null" and site == "same-origin"):
        return True
    return origin.lower() in {each.lower() for each in ours}
