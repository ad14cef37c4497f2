"""Frames: the page inside a page of the company's app (``EMBED_ORIGINS``).

Providers refuse to be framed (RFC 9700, 4.16), so people leave the frame for them. The cookies of
the frame stay behind there: browsers keep them apart (``Partitioned``). The sign-in begins again in
the window.
"""

from flask import request

from latchkey.web.services import get_services


def is_framed() -> bool:
    """Tell whether this page is for a frame (Fetch Metadata, ``Sec-Fetch-Dest``)."""
    in_frame = request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame")
    return in_frame and bool(get_services().settings.embed_origins)
