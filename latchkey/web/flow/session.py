"""Flask's session, encrypted; it carries the CSRF token only."""

from typing import Any

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature

from latchkey.infra.sealing import SealBroken, Sealer
from latchkey.infra.unproxied import unproxied

_NAME = "signin"


class _Serializer:
    """What Flask's session wants: ``dumps`` and ``loads`` that raise ``BadSignature``."""

    def __init__(self, sealer: Sealer) -> None:
        self.dumps = sealer.seal
        self._sealer = sealer

    def loads(self, sealed: str, max_age: int) -> Any:
        try:
            return self._sealer.open(sealed, max_age=max_age)
        except SealBroken as error:
            raise BadSignature("not sealed here") from error


class SealedSessions(SecureCookieSessionInterface):
    """Flask's own cookie session; ``__Host-`` and ``Secure`` wherever there is https.

    Python's HTTP clients, unlike browsers, send no secure cookie over http to this machine, so
    plain http on loopback keeps a plain name.

    :param framed: whether pages of other sites may show ours in a frame. Browsers send cookies
        there only with ``SameSite=None``; ``Partitioned`` keeps those of a frame apart from those
        of a window, and of frames of other sites (CHIPS).
    """

    def __init__(
        self, sealer: Sealer, *, https: bool, path: str = "", framed: bool = False
    ) -> None:
        self._serializer = _Serializer(sealer)
        self._https = https
        self._framed = framed
        self._path = path

    def get_signing_serializer(self, app: Flask) -> Any:
        """Return what seals the session."""
        return self._serializer

    def get_cookie_secure(self, app: Flask) -> bool:
        """Tell whether the cookie is for https alone."""
        return self._https or unproxied(request).is_secure

    def get_cookie_name(self, app: Flask) -> str:
        """Return the name of the cookie."""
        if not self.get_cookie_secure(app):
            return _NAME
        # "__Host-" is for cookies of the whole host (RFC 6265bis, 4.1.3.2).
        return f"__Secure-{_NAME}" if self._path else f"__Host-{_NAME}"

    def get_cookie_path(self, app: Flask) -> str:
        """Keep the cookie below the path of the pages: other apps of the host do not get it."""
        return self._path or "/"

    def get_cookie_httponly(self, app: Flask) -> bool:
        """Keep scripts away from the cookie."""
        return True

    def get_cookie_samesite(self, app: Flask) -> str:
        """Let the cookie come along when people come back by a link."""
        return "None" if self.get_cookie_partitioned(app) else "Lax"

    def get_cookie_partitioned(self, app: Flask) -> bool:
        """Tell whether the cookie has to work in frames, which takes https."""
        return self._framed and self.get_cookie_secure(app)
