"""What one sandbox remembers between calls: grants, tokens, the detect quota; never a password."""

import threading
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from flask import current_app

from latchkey.sandbox.catalogue import Connector
from latchkey.sandbox.expiring_store import ExpiringStore
from latchkey.sandbox.shapes import Shape

ACCESS_SECONDS = 3600
DETECT_CALLS_PER_WINDOW = 20
DETECT_WINDOW_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One connected account, with the fields of Nylas's GrantObject that custom auth fills in.

    Source: Nylas API reference, schema GrantObject. Times are Unix seconds.
    """

    id: str
    provider: str
    scope: tuple[str, ...]
    created_at: int
    updated_at: int
    email: str | None
    state: str | None
    grant_status: str = "valid"

    def as_json(self) -> dict[str, object]:
        """Return the GrantObject; fields without a value are left out, as Nylas does."""
        fields = {**vars(self), "scope": list(self.scope)}
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class AccessToken:
    """Claims of an access token; ``issued_at`` is in Unix seconds."""

    grant_id: str
    issued_at: int


class GrantStore:
    """The grants of one sandbox application, one for each account.

    Source: Nylas guide on the grant lifecycle: the same address again is a re-authentication and
    keeps the id. What Nylas does when the provider differs is not documented; here it is replaced.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._by_account: dict[str, Grant] = {}

    def save(
        self,
        account: str,
        *,
        provider: str,
        scope: tuple[str, ...],
        email: str | None,
        state: str | None,
    ) -> Grant:
        """Create the grant of ``account``, or re-authenticate the one it already has."""
        now = int(self._clock())
        fresh = Grant(
            id=str(uuid.uuid4()),
            provider=provider,
            scope=scope,
            created_at=now,
            updated_at=now,
            email=email,
            state=state,
        )
        with self._lock:
            known = self._by_account.get(account.casefold())
            if known is not None:
                fresh = replace(fresh, id=known.id, created_at=known.created_at)
            self._by_account[account.casefold()] = fresh
        return fresh

    def all(self) -> list[Grant]:
        """Return every grant, the oldest first."""
        with self._lock:
            return list(self._by_account.values())

    def find(self, grant_id: str) -> Grant | None:
        """Return the grant with that id; None when there is none."""
        return next((grant for grant in self.all() if grant.id == grant_id), None)

    def delete(self, grant_id: str) -> bool:
        """Forget a grant; False when there is none with that id."""
        with self._lock:
            accounts = [key for key, grant in self._by_account.items() if grant.id == grant_id]
            for account in accounts:
                del self._by_account[account]
        return bool(accounts)


class DetectQuota:
    """The application's allowance for detect: 20 calls in any 60 seconds.

    Source: Nylas API reference, description of POST /v3/providers/detect. That refused calls do not
    count is assumed.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: deque[float] = deque()

    def take(self) -> bool:
        """Count one call; False when the window is full."""
        now = self._clock()
        with self._lock:
            while self._calls and now - self._calls[0] >= DETECT_WINDOW_SECONDS:
                self._calls.popleft()
            if len(self._calls) >= DETECT_CALLS_PER_WINDOW:
                return False
            self._calls.append(now)
        return True


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """Everything one sandbox application is made of; times are seconds."""

    api_key: str = field(repr=False)
    connectors: Mapping[str, Connector]
    shapes: Mapping[str, Shape]
    callback_uris: tuple[str, ...]
    grants: GrantStore
    access_tokens: ExpiringStore[AccessToken]
    detect_quota: DetectQuota
    slow_seconds: float
    detect_slow_seconds: float
    clock: Callable[[], float]


def current_sandbox() -> Sandbox:
    """Return the sandbox behind the request being answered."""
    sandbox: Sandbox = current_app.extensions["sandbox"]
    return sandbox
