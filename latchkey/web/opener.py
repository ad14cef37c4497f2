"""Openers: whether an app's own page opened this window, and may stay in touch with it.

Allowed redirect URIs are public, so any page can open this one in a window. An opener keeps its
handle only when its origin, which browsers name in ``Referer``, is an app's.
"""

from urllib.parse import urlsplit

from flask import request

from latchkey.infra.errors import UpstreamError
from latchkey.web.services import get_services


def is_opened_by_app() -> bool:
    """Tell whether the page that led here is of an origin that people may be sent back to."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
        return origin in get_services().return_addresses.origins()
    except (ValueError, UpstreamError):
        # No address, or Nylas cannot be asked for the apps: then no origin is known to be one.
        return False
