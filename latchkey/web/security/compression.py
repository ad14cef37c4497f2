"""Compression of pages that hold no secret to guess; all others are sent as they are (BREACH).

Whoever sees the sizes of answers, and has a browser ask with texts of their own that the page
repeats, finds a secret of the page bit by bit: what is like it compresses better. So a page that
carries a CSRF token is never compressed.
"""

import gzip

from flask import Response

from latchkey.web.prepared_file import takes_gzip

# A higher level makes such small pages no smaller.
_LEVEL = 6


def compressed(response: Response) -> Response:
    """Compress a page without a token and without a text of the request's choice.

    A client that takes no gzip gets it as it is.
    """
    if takes_gzip():
        response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
