"""Which providers the Nylas application can make grants for; the list changes once in months."""

import time

from signin.detection.flights import Flights
from signin.errors import NylasError, Refused
from signin.nylas import DETECT_SECONDS, NylasClient
from signin.providers import PROVIDERS
from signin.store import Store

CONNECTORS_SECONDS = 5 * 60
AFTER_FAILURE_SECONDS = 15
# A process that starts while Nylas hangs goes on with the list of those before it.
OLD_SECONDS = 7 * 24 * 60 * 60

_KEY = "connectors"

_PASSWORD_PROVIDERS = frozenset(
    key for key, provider in PROVIDERS.items() if provider.oauth is None
)


class Connectors:
    """The application's connectors, as far as Nylas told."""

    def __init__(self, client: NylasClient, store: Store) -> None:
        self._client = client
        self._store = store
        self._flights: Flights[None] = Flights()
        self._providers: frozenset[str] | None = None
        self._valid_until = 0.0

    def connected(self) -> frozenset[str]:
        """Keys of the providers with a connector.

        While Nylas does not tell, the last list stays; before the first one, it is whatever takes
        a password. One person asks for a new list; the others use the old one meanwhile.

        :raises Refused: Nylas does not accept our key, so no sign-in can work.
        """
        if self._providers is None:
            self._providers = self._of_others()
        if self._is_old():
            # Only before the first list is there anything to wait for.
            patience = DETECT_SECONDS if self._providers is None else 0.0
            self._flights.run("connectors", self._refresh, patience=patience)
        return _PASSWORD_PROVIDERS if self._providers is None else self._providers

    def doubt(self) -> None:
        """Ask again at the next opportunity, because our key may have stopped working."""
        self._valid_until = 0.0

    def _of_others(self) -> frozenset[str] | None:
        keys = self._store.get(_KEY)
        return frozenset(map(str, keys)) if isinstance(keys, list) else None

    def _is_old(self) -> bool:
        return self._valid_until < time.monotonic()

    def _refresh(self) -> None:
        if not self._is_old():
            return
        try:
            connectors = self._client.connectors()
        except NylasError as error:
            if isinstance(error, Refused) and error.refusal.status == 401:
                raise
            self._valid_until = time.monotonic() + AFTER_FAILURE_SECONDS
            return
        self._providers = frozenset(connector.provider for connector in connectors)
        self._valid_until = time.monotonic() + CONNECTORS_SECONDS
        self._store.put(_KEY, sorted(self._providers), seconds=OLD_SECONDS)
