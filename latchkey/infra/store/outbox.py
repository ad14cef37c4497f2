"""What is to be done at a certain time, by whichever process gets to it, and then is done."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from latchkey.infra.store.outbox_memory import Claim, Entry, MemoryOutbox
from latchkey.infra.store.store import Store

if TYPE_CHECKING:
    from latchkey.infra.store.outbox_redis import RemoteOutbox
    from latchkey.infra.store.redis_store import Remote

# A process that has not finished by then is dead.
LEASE_SECONDS = 60.0
# Other processes put entries into Redis, too, without a signal to this one.
_SHARED_LOOK_SECONDS = 1.0
_LOOK_SECONDS = 60.0
_AT_A_TIME = 500


class Outbox:
    """A queue by time, in Redis, or in this process while there is none.

    Things start in this process's memory, so that putting one takes no time; they move on to Redis
    with the next ``claim``, which one thread calls. What a process got, others do not get, unless
    it dies over it: then they do after ``LEASE_SECONDS``. So everything is done at least once.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._mine = MemoryOutbox()

    def put(self, key: str, value: Any, *, seconds: float, minor: bool = False) -> None:
        """Have ``value``, anything that JSON can carry except None, done in ``seconds``.

        What waits under ``key`` is replaced.

        :param minor: it is done after the others, and may be left out when so much waits that only
            room for them is left.
        """
        self._mine.put(key, value, seconds=seconds, minor=minor)

    def drop(self, key: str) -> None:
        """Forget what waits under ``key``."""
        if self._store.shared:
            self._mine.put(key, None, seconds=math.inf)
        else:
            self._mine.drop(key)

    def claim(self, limit: int, *, minor: int) -> tuple[list[Claim], float]:
        """Return at most so many that are due, and the seconds until it is worth looking again.

        :param minor: how many of them may be minor ones; with 0, these are no reason to look.
        """
        found = self._claim_shared(limit, minor) if self._hand_over() else None
        claims, wait = found or self._mine.claim(limit, minor=minor, lease=LEASE_SECONDS)
        return claims, min(wait, _SHARED_LOOK_SECONDS if self._store.shared else _LOOK_SECONDS)

    def done(self, claim: Claim) -> None:
        """Forget what is done."""
        self._finish(claim, None, math.inf)

    def again(self, claim: Claim, value: Any, *, seconds: float) -> None:
        """Have ``value`` done in ``seconds``, as what was claimed was not."""
        self._finish(claim, value, seconds)

    def _hand_over(self) -> bool:
        """Move all unclaimed entries to Redis; False when Redis does not answer."""
        while self._store.shared and (entries := self._mine.waiting(_AT_A_TIME)):
            if not self._move(entries):
                return False
        return self._store.shared

    def _move(self, entries: Sequence[Entry]) -> bool:
        moved = self._change(lambda outbox: outbox.change(entries))
        if moved:
            self._mine.forget(entries)
        return moved

    def _claim_shared(self, limit: int, minor: int) -> tuple[list[Claim], float] | None:
        return self._store.ask(
            lambda remote: remote.outbox.claim(limit, minor=minor, lease=LEASE_SECONDS), None
        )

    def _finish(self, claim: Claim, value: Any, seconds: float) -> None:
        if not claim.shared:
            self._mine.finish(claim, value, seconds=seconds)
        elif not self._change(lambda outbox: outbox.finish(claim, value, seconds=seconds)):
            # Redis is gone; the change moves there when it is back.
            self._mine.add(claim.key, value, seconds=seconds, minor=claim.minor)

    def _change(self, change: Callable[["RemoteOutbox"], None]) -> bool:
        """Change what lies in Redis; False when Redis does not answer."""

        def changed(remote: "Remote") -> bool:
            change(remote.outbox)
            return True

        return self._store.ask(changed, False)
