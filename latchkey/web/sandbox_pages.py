"""The sandbox's own sign-in pages: beside the app, and only for those who may see the page."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.sansio.utils import host_is_trusted

from config import Settings
from latchkey.infra.addresses import is_loopback
from latchkey.web.lan import SandboxLan, is_private_address

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class SandboxPages:
    """Opens the sandbox's sign-in pages, and nothing else of it, to those who may see the page.

    It stands beside the app, so the app's own guards do not stand before it.
    """

    def __init__(self, sandbox: Flask, settings: Settings, lan: SandboxLan | None) -> None:
        self._sandbox = sandbox
        self._names = settings.answers_to
        self._lan = lan

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        host = environ.get("HTTP_HOST", "").lower()
        here = is_loopback(environ.get("REMOTE_ADDR", ""))
        named = host_is_trusted(host, self._names)
        if self._lan:
            here = self._lan.admits(environ)
            named = named or is_private_address(host)
        if here and named and environ["PATH_INFO"].startswith("/oauth/"):
            return self._sandbox(environ, start_response)
        return NotFound()(environ, start_response)
