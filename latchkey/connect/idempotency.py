"""One submission for each form that was sent, however often it arrives.

A sign-in may take two minutes and cannot be repeated by us: mail providers lock accounts. So a
second click, or a reload, of the same form gets the answer of the first, also from another
process when they share a Redis. What is remembered for that is a fingerprint of the form and the
sealed outcome, both for two minutes; the credentials themselves are not kept. Part of every
fingerprint is a random value that only the person's own cookie holds (or a code that is good for
one use), so nobody who sees fingerprints can try passwords on them.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future

from latchkey.connect.outcome import Failed, Outcome, pack, unpack
from latchkey.connect.pacing import PATIENCE_SECONDS
from latchkey.infra.sealing import SealBroken, Sealer
from latchkey.infra.store import Store
from latchkey.nylas import GRANT_SECONDS
from latchkey.problems.nylas import NYLAS_DOWN, OUTCOME_UNKNOWN

_REMEMBERED_SECONDS = 120
# Waiting for one's turn, the sign-in itself, looking up how it ended.
_LONGEST_SECONDS = PATIENCE_SECONDS + GRANT_SECONDS + 15
_LOOK_SECONDS = 0.25


class IdempotentSubmissions:
    """Knows what is under way in this process; what is done, all know as far as they share."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store = store
        self._sealer = sealer
        self._under_way: dict[str, Future[Outcome]] = {}
        self._lock = threading.Lock()

    def once(self, form: Mapping[str, str], send: Callable[[], Outcome]) -> Outcome:
        """Return the outcome of ``send`` for this form; wait for it when it is under way already.

        :param form: every field as it came, with a secret value in it that no other form has.
        """
        key = f"submission:{_fingerprint(form)}"
        with self._lock:
            under_way = self._under_way.get(key)
            if under_way is None:
                mine = self._under_way[key] = Future[Outcome]()
        if under_way is not None:
            return under_way.result()
        outcome: Outcome = Failed(problem=NYLAS_DOWN, detail="submission broke off")
        try:
            outcome = self._once_anywhere(key, send)
        finally:
            # Also when send fails: whoever waits for it must not wait for ever.
            mine.set_result(outcome)
            with self._lock:
                del self._under_way[key]
        return outcome

    def replay(self, form: Mapping[str, str]) -> Outcome | None:
        """Return the outcome of this form if it was sent, None if it was not; send nothing.

        Waits for it while it is under way. A form that was sent this very moment may not be
        known everywhere yet, so an unknown one is looked for twice.
        """
        key = f"submission:{_fingerprint(form)}"
        for is_last in (False, True):
            with self._lock:
                under_way = self._under_way.get(key)
            if under_way is not None:
                return under_way.result()
            if self._store.get(key) is not None:
                return self._sent_before(key)
            if not is_last:
                time.sleep(_LOOK_SECONDS)
        return None

    def _once_anywhere(self, key: str, send: Callable[[], Outcome]) -> Outcome:
        if not self._store.add(key, "", seconds=_LONGEST_SECONDS):
            return self._sent_before(key)
        outcome: Outcome = Failed(problem=NYLAS_DOWN, detail="submission broke off")
        try:
            outcome = send()
        finally:
            self._store.put(key, self._sealer.seal(pack(outcome)), seconds=_REMEMBERED_SECONDS)
        return outcome

    def _sent_before(self, key: str) -> Outcome:
        """The outcome of what was sent already, here or by another process that is still at it."""
        until = time.monotonic() + _LONGEST_SECONDS
        while (sealed := self._store.get(key)) is not None and time.monotonic() < until:
            if sealed:
                try:
                    return unpack(self._sealer.open(sealed, max_age=_REMEMBERED_SECONDS))
                except SealBroken:
                    break
            time.sleep(_LOOK_SECONDS)
        return Failed(problem=OUTCOME_UNKNOWN, detail="nobody knows the outcome")


def _fingerprint(form: Mapping[str, str]) -> str:
    content = repr(sorted(form.items())).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=32).hexdigest()
