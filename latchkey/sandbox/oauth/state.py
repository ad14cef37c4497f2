"""Sign-ins under way, codes and access tokens: each for minutes, once, and not too many."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from latchkey.sandbox.expiring_store import ExpiringStore

TRANSACTION_SECONDS = 600
CODE_SECONDS = 60
TOKEN_SECONDS = 3600


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
    """Claims of an authorization code."""

    transaction: Transaction
    account: str
    granted: tuple[str, ...]
    ending: str


class OAuthState:
    """Everything the providers of one sandbox remember.

    ``events`` holds what clients should not do and did, newest last: pairs of "consent-forced",
    "refreshed" or "revoked" and the provider. ``clock`` gives Unix seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.transactions: ExpiringStore[Transaction] = ExpiringStore(clock, TRANSACTION_SECONDS)
        self.codes: ExpiringStore[Allowed] = ExpiringStore(clock, CODE_SECONDS)
        self.access_tokens: ExpiringStore[Allowed] = ExpiringStore(clock, TOKEN_SECONDS)
        self.refresh_tokens: ExpiringStore[Allowed] = ExpiringStore(clock, math.inf)
        self.consented: ExpiringStore[bool] = ExpiringStore(clock, math.inf)
        self.events: deque[tuple[str, str]] = deque(maxlen=100)


def current_state() -> OAuthState:
    """Return the state behind the request being answered."""
    state: OAuthState = current_app.extensions["sandbox-oauth"]
    return state
