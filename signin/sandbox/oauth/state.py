"""Sign-ins under way, codes and access tokens: each for minutes, once, and not too many."""

import math
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from flask import current_app

TRANSACTION_SECONDS = 600
CODE_SECONDS = 60
TOKEN_SECONDS = 3600
_MOST = 1000

Value = TypeVar("Value")
Absence = Literal["unknown", "used", "expired"]


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """An authorization request that was found to be good; ``issuer`` is the origin it came to."""

    provider: str
    issuer: str
    redirect_uri: str
    state: str
    scopes: tuple[str, ...]
    challenge: str
    nonce: str
    offline: bool
    consents: bool


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What a code stands for."""

    transaction: Transaction
    account: str
    granted: tuple[str, ...]
    ending: str


class Drawer(Generic[Value]):
    """Keeps values under names for a while; the oldest make room when there are too many."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        # What was taken out leaves its name behind, without the value.
        self._kept: dict[str, tuple[float, Value | None]] = {}

    def put(self, value: Value) -> str:
        """Keep ``value`` under a random name, and return the name."""
        name = secrets.token_urlsafe(24)
        self.keep(name, value)
        return name

    def keep(self, name: str, value: Value) -> bool:
        """Keep ``value`` under ``name``; False when the name was known before."""
        with self._lock:
            known = self._kept.pop(name, None)
            if len(self._kept) >= _MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[name] = (self._clock() + self._seconds, value)
        return known is None

    def get(self, name: str) -> Value | None:
        """Look at a value."""
        with self._lock:
            return self._get(name)

    def take(self, name: str) -> Value | None:
        """Take a value out: nobody gets it again."""
        with self._lock:
            value = self._get(name)
            if value is not None:
                self._kept[name] = (self._kept[name][0], None)
        return value

    def why_absent(self, name: str) -> Absence:
        """Tell why there is nothing under ``name``, as far as it is remembered."""
        with self._lock:
            if name not in self._kept:
                return "unknown"
            return "used" if self._kept[name][1] is None else "expired"

    def forget(self, value: Value) -> None:
        """Drop this very value, whatever its names."""
        with self._lock:
            names = [name for name, (_, kept) in self._kept.items() if kept is value]
            for name in names:
                del self._kept[name]

    def forget_name(self, name: str) -> None:
        """Drop what is kept under ``name``."""
        with self._lock:
            self._kept.pop(name, None)

    def _get(self, name: str) -> Value | None:
        until, value = self._kept.get(name, (-math.inf, None))
        return value if until > self._clock() else None


class OAuthState:
    """Everything the providers of one sandbox remember.

    ``events`` holds what clients should not do and did, newest last: pairs of "consent-forced",
    "refreshed" or "revoked" and the provider. ``clock`` gives Unix seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.transactions: Drawer[Transaction] = Drawer(clock, TRANSACTION_SECONDS)
        self.codes: Drawer[Allowed] = Drawer(clock, CODE_SECONDS)
        self.access_tokens: Drawer[Allowed] = Drawer(clock, TOKEN_SECONDS)
        self.refresh_tokens: Drawer[Allowed] = Drawer(clock, math.inf)
        self.consented: Drawer[bool] = Drawer(clock, math.inf)
        self.events: deque[tuple[str, str]] = deque(maxlen=100)


def current_state() -> OAuthState:
    """Return the state behind the request being answered."""
    state: OAuthState = current_app.extensions["sandbox-oauth"]
    return state
