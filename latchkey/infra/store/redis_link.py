"""The way to a Redis that may go and come back at any time."""

import importlib
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from latchkey.infra import logs
from latchkey.infra.metrics import Gauge
from latchkey.infra.store.redis_facts import RedisFacts
from latchkey.infra.store.vault import Unusable, Vault

if TYPE_CHECKING:
    from latchkey.infra.store.redis_store import Remote

_RETRY_SECONDS = 1.0
# Who goes again so soon after it came back was not back.
_STEADY_SECONDS = 3.0
# One line for each kind of damage, not one for each request that meets it.
_FOREIGN_LOG_SECONDS = 60.0

_LOST = Gauge("latchkey_redis_lost", "1 while a process goes on without Redis.", together="livemax")

T = TypeVar("T")


class RedisLost(Exception):
    """Redis does not answer, or there is none.

    :ivar kind: class of the client's error.
    """

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.kind = kind


class RedisLink:
    """Asks Redis while it answers, and notes when it stopped and when it was back.

    :param url: of Redis; "" when there is none.
    :param vault: names and seals what is put into Redis; needed for that alone.
    :param address: as in ``RemoteSecretKeys``.
    """

    def __init__(self, url: str, vault: Vault | None, address: str = "") -> None:
        if url and vault is None:
            raise ValueError("nothing is put into Redis unsealed")
        self._remote = _remote(url, vault, address) if url and vault else None
        self._retry_at = 0.0
        self._foreign_log_at: dict[str, float] = {}
        self._lost_at: float | None = None
        self._lost_before: float | None = None
        self._found_at: float | None = None

    @property
    def exists(self) -> bool:
        """Whether there is a Redis, be it there or gone for the moment."""
        return self._remote is not None

    @property
    def peers(self) -> int:
        """Number of processes that share this Redis, as far as is known."""
        return self._remote.rates.peers if self._remote else 1

    def lost_within(self, seconds: float) -> bool:
        """Tell whether Redis went so recently, and is still gone."""
        return _within(seconds, self._lost_at)

    def found_within(self, seconds: float) -> bool:
        """Tell whether Redis came back so recently."""
        return _within(seconds, self._found_at)

    def ask(self, call: Callable[["Remote"], T], otherwise: T) -> T:
        """Return what ``call`` gets from Redis, ``otherwise`` while there is none.

        What lies there and is not ours counts as if there were none.
        """
        remote = self._remote
        if remote is None or time.monotonic() < self._retry_at:
            return otherwise
        if self._lost_at is not None:
            # One caller finds out whether it is back; the others go on at once.
            self._retry_at = time.monotonic() + _RETRY_SECONDS
        try:
            answer = call(remote)
        except Unusable as error:
            self._log_foreign(str(error))
            return otherwise
        except remote.Lost as error:
            if remote.is_foreign(error):
                self._log_foreign("a value is of another kind")
            else:
                remote.leave_replica(error)
                self._note_loss(error)
            return otherwise
        if self._lost_at is not None:
            self._lost_before, self._lost_at = self._lost_at, None
            self._found_at, self._retry_at = time.monotonic(), 0.0
            _LOST.set(0)
            logs.event("redis", outcome="found")
        return answer

    def describe(self) -> RedisFacts:
        """Return what Redis says of itself.

        :raises RedisLost: it does not answer, or there is none.
        """
        if self._remote is None:
            raise RedisLost("no REDIS_URL")
        try:
            return self._remote.describe()
        except self._remote.Lost as error:
            raise RedisLost(str(error), type(error).__name__) from error

    def close(self) -> None:
        """Close the connections; the next call opens one again."""
        if self._remote:
            self._remote.close()

    def _note_loss(self, error: Exception) -> None:
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        if self._lost_at is None:
            # One that answers reads and refuses writes, as its memory or disk is full, or as it
            # is a replica, was not back in between.
            was_back = not self.found_within(_STEADY_SECONDS)
            self._lost_at = time.monotonic() if was_back else self._lost_before
            _LOST.set(1)
            detail = "Redis does not answer, so each process goes on alone until it does"
            name = type(error).__name__
            logs.event("redis", level=logging.ERROR, outcome="lost", error=name, detail=detail)

    def _log_foreign(self, what: str) -> None:
        now = time.monotonic()
        if now >= self._foreign_log_at.get(what, 0.0):
            self._foreign_log_at[what] = now + _FOREIGN_LOG_SECONDS
            logs.event("redis", level=logging.WARNING, outcome="foreign value", detail=what)


def _remote(url: str, vault: Vault, address: str) -> "Remote":
    # The client for Redis takes 7 MB, so it is loaded only where there is a Redis.
    store = importlib.import_module("latchkey.infra.store.redis_store")
    remote: Remote = store.Remote(url, vault, address)
    return remote


def _within(seconds: float, since: float | None) -> bool:
    return since is not None and time.monotonic() - since < seconds
