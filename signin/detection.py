"""Which provider serves an address; not knowing is an answer too, never an error."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field

from signin.errors import NylasError, Refused
from signin.nylas import NylasClient
from signin.providers import PROVIDERS

CONNECTORS_SECONDS = 5 * 60
FOUND_SECONDS = 60 * 60
NOT_FOUND_SECONDS = 10 * 60
_AFTER_FAILURE_SECONDS = 15
_MOST_DOMAINS = 10_000
_PASSWORD_PROVIDERS = frozenset(
    key for key, provider in PROVIDERS.items() if provider.oauth is None
)


@dataclass
class _Connectors:
    """Providers that the Nylas application has, as far as we know; None when never told."""

    providers: frozenset[str] | None = None
    valid_until: float = 0.0


@dataclass
class _Known:
    provider: str
    valid_until: float = field(default=0.0)


class ProviderDetector:
    """Nylas's answers about domains and connectors, remembered for a while.

    :param oauth: keys of the providers that an OAuth client is configured for.
    """

    def __init__(self, client: NylasClient, *, oauth: Collection[str]) -> None:
        self._client = client
        self._oauth = oauth
        self._connectors = _Connectors()
        self._domains: dict[str, _Known] = {}

    def offered(self) -> tuple[str, ...]:
        """Keys of the providers that people can choose, in our order.

        They have a connector at Nylas, and an OAuth client here if they need one.

        :raises Refused: Nylas does not accept our key, so no sign-in can work.
        """
        connected = self.connected()
        return tuple(
            key
            for key, provider in PROVIDERS.items()
            if key in connected and (provider.oauth is None or key in self._oauth)
        )

    def connected(self) -> frozenset[str]:
        """Keys of the providers that this Nylas application has connectors for.

        While Nylas does not tell, the last list stays; before the first one, it is whatever takes
        a password.

        :raises Refused: Nylas does not accept our key, so no sign-in can work.
        """
        if self._connectors.valid_until < time.monotonic():
            self._refresh()
        known = self._connectors.providers
        return known if known is not None else _PASSWORD_PROVIDERS

    def detect(self, email: str) -> str:
        """Return the key of the provider of ``email``, "" when not known or without a connector.

        One that lacks only its OAuth client is told all the same: its page says what is missing.

        :raises Refused: Nylas does not accept our key, so no sign-in can work.
        """
        domain = email.rpartition("@")[2].lower()
        known = self._domains.get(domain)
        if known is None or known.valid_until < time.monotonic():
            known = self._ask(email, domain)
        return known.provider if known.provider in PROVIDERS.keys() & self.connected() else ""

    def _ask(self, email: str, domain: str) -> _Known:
        try:
            provider = self._client.detect(email).provider
        except Refused as error:
            if error.refusal.status == 401:
                # Only our key can be at fault here: look again whether it still works.
                self._connectors.valid_until = 0.0
            return _Known("")
        except NylasError:
            return _Known("")
        if len(self._domains) >= _MOST_DOMAINS:
            self._domains.pop(next(iter(self._domains)), None)
        life = FOUND_SECONDS if provider else NOT_FOUND_SECONDS
        known = self._domains[domain] = _Known(provider, time.monotonic() + life)
        return known

    def _refresh(self) -> None:
        try:
            connectors = self._client.connectors()
        except NylasError as error:
            if isinstance(error, Refused) and error.refusal.status == 401:
                raise
            self._connectors.valid_until = time.monotonic() + _AFTER_FAILURE_SECONDS
            return
        self._connectors = _Connectors(
            providers=frozenset(connector.provider for connector in connectors),
            valid_until=time.monotonic() + CONNECTORS_SECONDS,
        )
