"""What a Nylas application is set up with changes once in months, and is asked for as rarely."""

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from signin.errors import NylasError, Refused
from signin.flights import Flights
from signin.nylas import DETECT_SECONDS
from signin.store import Store

GOOD_SECONDS = 5 * 60
AFTER_FAILURE_SECONDS = 15
# A process that starts while Nylas hangs goes on with the answer of those before it.
OLD_SECONDS = 7 * 24 * 60 * 60

T = TypeVar("T")


class Lasting(Generic[T]):
    """The last good answer to one question; while Nylas does not tell, it stays.

    One person asks for a new one; the others use the old one meanwhile.

    :param ask: asks Nylas.
    :param name: where the processes share the answer.
    :param write: makes of it what JSON can carry.
    :param read: the reverse; None for what another version of this program wrote.
    """

    def __init__(
        self,
        ask: Callable[[], T],
        store: Store,
        name: str,
        *,
        write: Callable[[T], Any],
        read: Callable[[Any], T | None],
    ) -> None:
        self._ask = ask
        self._store = store
        self._name = name
        self._write = write
        self._read = read
        self._flights: Flights[None] = Flights()
        self._answer: T | None = None
        self._asked = 0.0
        self._valid_until = 0.0

    def get(self) -> T | None:
        """Return the answer, None before the first one.

        :raises Refused: Nylas does not accept our key, so no sign-in can work.
        """
        if self._answer is None:
            self._answer = self._of_others()
        if self._is_old():
            # Only before the first answer is there anything to wait for.
            patience = DETECT_SECONDS if self._answer is None else 0.0
            self._flights.run(self._name, self._refresh, patience=patience)
        return self._answer

    def doubt(self, *, older: float = 0.0) -> None:
        """Ask again at the next opportunity, if the last time was ``older`` seconds ago."""
        if time.monotonic() - self._asked >= older:
            self._valid_until = 0.0

    def _of_others(self) -> T | None:
        written = self._store.get(self._name)
        return None if written is None else self._read(written)

    def _is_old(self) -> bool:
        return self._valid_until < time.monotonic()

    def _refresh(self) -> None:
        if not self._is_old():
            return
        self._asked = time.monotonic()
        try:
            answer = self._ask()
        except NylasError as error:
            if isinstance(error, Refused) and error.refusal.status == 401:
                raise
            self._valid_until = time.monotonic() + AFTER_FAILURE_SECONDS
            return
        self._answer = answer
        self._valid_until = time.monotonic() + GOOD_SECONDS
        self._store.put(self._name, self._write(answer), seconds=OLD_SECONDS)
