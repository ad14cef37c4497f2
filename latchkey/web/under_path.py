"""The page below a path of a host that it shares, like ``https://app.example.com/connect``."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Load balancers and Prometheus ask the server itself, not by way of the proxy.
_ALSO_WITHOUT = ("/healthz", "/readyz", "/metrics")


class UnderPath:
    """Takes ``path`` off what is asked for, so that every route stays as it is (PEP 3333).

    Flask puts ``SCRIPT_NAME`` before each address that it makes. The proxy has to forward the path:
    ``/connect`` taken off by it could not be distinguished from the page ``/connect/imap``.
    """

    def __init__(self, page: "WSGIApplication", path: str) -> None:
        self._page = page
        self._path = path

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        asked = environ["PATH_INFO"]
        if asked == "/":
            return redirect(f"{self._path}/")(environ, start_response)
        if asked.startswith(f"{self._path}/"):
            environ["PATH_INFO"] = asked.removeprefix(self._path)
        elif asked == self._path:
            environ["PATH_INFO"] = "/"
        elif asked in _ALSO_WITHOUT:
            # Without SCRIPT_NAME, which shows the doctor that the path did not arrive.
            return self._page(environ, start_response)
        else:
            return NotFound()(environ, start_response)
        environ["SCRIPT_NAME"] = self._path
        return self._page(environ, start_response)
