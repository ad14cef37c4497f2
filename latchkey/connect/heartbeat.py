"""Heartbeat: says to other processes that the one that sends a submission still runs.

A process that is killed can say nothing, and a person who sends the same form again must not wait
for it as long as a sign-in may take. Quick sign-ins end before the first beat.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from latchkey.infra.store import Store

_BEAT_SECONDS = 3.0
# So long a beat is good, and so long others wait for one: Redis or the process may be busy.
_GOOD_SECONDS = 10.0
_GRACE_SECONDS = 6.0


@contextmanager
def heartbeat(store: Store, key: str) -> Iterator[None]:
    """Beat for ``key`` within the context, if there are other processes to hear it."""
    if not store.shared:
        yield
        return
    over = threading.Event()

    def beat() -> None:
        while not over.wait(_BEAT_SECONDS):
            store.put(_name(key), 1, seconds=_GOOD_SECONDS)

    threading.Thread(target=beat, daemon=True).start()
    try:
        yield
    finally:
        over.set()


class Listener:
    """Listens for the beats of the process that sends ``key``."""

    def __init__(self, store: Store, key: str) -> None:
        self._store = store
        self._name = _name(key)
        self._heard = time.monotonic()

    def hears(self) -> bool:
        """Tell whether that process has to be taken for running."""
        if self._store.get(self._name) is not None:
            self._heard = time.monotonic()
        return time.monotonic() - self._heard < _GRACE_SECONDS


def _name(key: str) -> str:
    return f"{key}:heartbeat"
