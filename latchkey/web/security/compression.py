"""Compression of the pages that hold no secret to guess; all others are sent as they are (BREACH).

Whoever sees the sizes of answers, and has a browser ask with texts of their own that the page
repeats, finds a secret of the page bit by bit: what is like it compresses better. That takes many
answers with one secret in them, and a page that repeats what it is asked with. Two kinds of pages
lack one of these:

- pages that are asked for without any cookie: each secret in them, such as the CSRF token, is made
  for this one answer, and what comes with the next request has a cookie;
- pages that repeat nothing of a request: their views call ``compressed``.
"""

import gzip

from flask import Response, request

from latchkey.infra.unproxied import unproxied
from latchkey.web.prepared_file import takes_gzip

# A higher level makes such small pages no smaller.
_LEVEL = 6


def compress_without_cookie(response: Response) -> Response:
    """Compress a page that is asked for without any cookie."""
    is_page = response.status_code == 200 and response.mimetype == "text/html"
    asked = unproxied(request)
    first = asked.method == "GET" and not asked.headers.get("Cookie")
    return compressed(response) if is_page and first else response


def compressed(response: Response) -> Response:
    """Compress a page, where the client takes it, in which no text is of a request's choice."""
    if takes_gzip() and "Content-Encoding" not in response.headers:
        response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
