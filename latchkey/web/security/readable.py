"""Keeps requests that cannot be read away from Flask."""

import string
from collections.abc import Iterable
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Readable:
    """Keeps away from Flask what makes it fail before anything of ours is asked.

    A host name with a label that is empty or too long leaves it unable to build any address, and
    bytes in a query that are no UTF-8 cannot be read.
    """

    def __init__(self, wsgi_app: WSGIApplication) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            environ.get("HTTP_HOST", "").partition(":")[0].encode("idna")
        except UnicodeError:
            environ["HTTP_HOST"] = ""
        query = environ.get("QUERY_STRING", "").encode("latin-1")
        environ["QUERY_STRING"] = quote(query, safe=string.printable)
        return self._wsgi_app(environ, start_response)
