"""Where people may be sent back to: what the operator lists, and what the Nylas application does.

Addresses are compared exactly (RFC 9700, 4.1.3): whatever compares less strictly has been tricked
before. The one exception is the RFC's own: the port of a loopback address, which an app on
a computer gets from its system at every start (RFC 8252, 7.3).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from config import Settings
from latchkey.infra.addresses import return_uri
from latchkey.infra.cached_answer import CachedAnswer
from latchkey.infra.errors import BadAnswer
from latchkey.infra.store import Store
from latchkey.nylas import DETECT_SECONDS, Application, NylasClient
from latchkey.nylas.errors import is_key_refused

# The operator may just have added an address at Nylas, so an unknown one is worth another look.
_LOOK_AGAIN_SECONDS = 15.0
# As numbers only: what "localhost" leads to is decided elsewhere (RFC 8252, 8.3).
_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([1-9][0-9]{0,4}))?((?:[/?].*)?)")
_MOST_PORT = 65535


class ReturnAddresses:
    """Knows the application's client id and the addresses of its apps.

    What the settings list is known without Nylas; the rest is asked for when it is needed.
    """

    def __init__(self, client: NylasClient, store: Store, settings: Settings) -> None:
        self._client_id = settings.nylas_client_id
        self._listed = frozenset(settings.return_uris)
        self._application = CachedAnswer(
            client.application,
            store,
            "application",
            write=_write,
            read=_read,
            ask_seconds=DETECT_SECONDS,
            is_fatal=is_key_refused,
        )

    def client_id(self) -> str:
        """Return the client id of the Nylas application.

        :raises UpstreamError: no setting names it, and Nylas has not answered yet.
        """
        return self._client_id or self._known().client_id

    def allow(self, uri: str) -> bool:
        """Tell whether people may be sent to ``uri``.

        :raises UpstreamError: Nylas does not accept our key; or nothing here lists it, and Nylas
            has not said yet whether its application does.
        """
        if _is_among(self._listed, uri) or _is_among(self._of_nylas(), uri):
            return True
        self._application.invalidate(older=_LOOK_AGAIN_SECONDS)
        return _is_among(self.of(self._known()), uri)

    def all(self) -> frozenset[str]:
        """Return every address that is allowed.

        :raises UpstreamError: Nylas does not accept our key.
        """
        return self._listed | self._of_nylas()

    def of(self, application: Application) -> frozenset[str]:
        """Return every address that is allowed while Nylas has this application."""
        return self._listed | frozenset(_usable(application.callback_uris))

    def unusable(self, application: Application) -> frozenset[str]:
        """Return the callback URIs of this application that nobody is sent back to."""
        return frozenset(application.callback_uris) - self.of(application)

    def origins(self) -> frozenset[str]:
        """Return the origins of all addresses, as browsers write them in ``Origin``."""
        return frozenset(_origins(self.all()))

    def _known(self) -> Application:
        application = self._application.get()
        if application is None:
            raise BadAnswer("application not known yet")
        return application

    def _of_nylas(self) -> frozenset[str]:
        application = self._application.get()
        return frozenset(_usable(application.callback_uris)) if application else frozenset()


def _is_among(known: frozenset[str], uri: str) -> bool:
    place = _without_port(uri)
    return uri in known or any(place == _without_port(other) for other in known if place)


def _without_port(uri: str) -> str:
    """Return a loopback address without its port, "" for every other address."""
    found = _LOOPBACK.fullmatch(uri)
    return found[1] + found[3] if found and int(found[2] or "80") <= _MOST_PORT else ""


def _usable(uris: Iterable[str]) -> Iterator[str]:
    """Leave out what Nylas has for other purposes, like apps of phones without an address."""
    for uri in uris:
        try:
            yield return_uri(uri)
        except ValueError:
            continue


def _origins(uris: Iterable[str]) -> Iterator[str]:
    for uri in uris:
        parts = urlsplit(uri)
        if parts.scheme in ("http", "https"):
            usual = {"http": ":80", "https": ":443"}[parts.scheme]
            yield f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"


def _write(application: Application) -> Any:
    return [application.client_id, *application.callback_uris]


def _read(written: Any) -> Application | None:
    if not isinstance(written, list) or not all(isinstance(part, str) for part in written):
        return None
    return Application(client_id=written[0], callback_uris=tuple(written[1:])) if written else None
