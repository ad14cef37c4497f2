"""Which providers the Nylas application can make grants for, and which of them are offered."""

import contextlib
import threading
import time
from collections.abc import Collection
from typing import Any

from latchkey.infra.cached_answer import CachedAnswer
from latchkey.infra.errors import UpstreamError
from latchkey.infra.store import Store
from latchkey.nylas import DETECT_SECONDS, NylasClient
from latchkey.nylas.errors import is_key_refused
from latchkey.providers import PROVIDERS

_LOOK_SECONDS = 15.0


class Connectors:
    """The application's connectors, as far as Nylas has answered.

    :param oauth: keys of the providers that an OAuth client is configured for.
    """

    def __init__(self, client: NylasClient, store: Store, *, oauth: Collection[str]) -> None:
        self._client = client
        self._oauth = oauth
        self._lock = threading.Lock()
        self._looked = -_LOOK_SECONDS

        def ask() -> frozenset[str]:
            return frozenset(connector.provider for connector in client.connectors())

        self._providers = CachedAnswer(
            ask, store, "connectors", write=sorted, read=_read,
            ask_seconds=DETECT_SECONDS, is_fatal=is_key_refused,
        )  # fmt: skip

    def connected(self) -> frozenset[str]:
        """Keys of the providers with a connector; before Nylas answered, all that take a password.

        :raises Refused: Nylas does not accept our key, so no sign-in can work.
        """
        providers = self._providers.get()
        if providers is None:
            return frozenset(key for key, provider in PROVIDERS.items() if not provider.oauth)
        return providers

    @property
    def are_known(self) -> bool:
        """Whether Nylas has answered."""
        return self._providers.last is not None

    def offered(self, connected: Collection[str]) -> tuple[str, ...]:
        """Return those of ``connected`` that people can choose, in our order."""
        return tuple(
            key
            for key, provider in PROVIDERS.items()
            if key in connected and (provider.oauth is None or key in self._oauth)
        )

    def trouble(self) -> str:
        """As ``ProviderDetector.trouble``."""
        known = self._providers.last
        reason = ""
        if self._client.key_refused:
            reason = "Nylas refuses the API key"
        elif known is not None and not self.offered(known):
            reason = "no provider is offered"
        if reason:
            self.look_again()
        return reason

    def look_again(self) -> None:
        """Ask in the background whether the trouble is over, at most every 15 seconds."""
        with self._lock:
            if time.monotonic() - self._looked < _LOOK_SECONDS:
                return
            self._looked = time.monotonic()
        self.invalidate()
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        # What comes of it is kept either way.
        with contextlib.suppress(UpstreamError):
            self._providers.get()

    def invalidate(self) -> None:
        """Ask again at the next opportunity, because our key may have stopped working."""
        self._providers.invalidate()


def _read(written: Any) -> frozenset[str] | None:
    return frozenset(map(str, written)) if isinstance(written, list) else None
