"""Keeps people from waiting one after the other for a server that does not answer."""

import threading
import time
from collections.abc import Callable


class CircuitBreaker:
    """Circuit breaker: a few calls at once, a single one after a failure, none while open.

    :param at_once: how many while all is well.
    :param troubles: so many in a row shut it.
    :param seconds: how long it stays shut.
    :param notify: hears True when it shuts, and False at the first success after that.
    """

    def __init__(
        self,
        *,
        at_once: int,
        troubles: int,
        seconds: float,
        notify: Callable[[bool], None] = lambda shut: None,
    ) -> None:
        self._notify = notify
        self._at_once = at_once
        self._most_troubles = troubles
        self._seconds = seconds
        self._lock = threading.Lock()
        self._inside = 0
        self._troubles = 0
        self._shut_until = 0.0

    def enter(self) -> bool:
        """Admit a call if there is room right now; an admitted call must ``leave``."""
        with self._lock:
            room = 1 if self._troubles else self._at_once
            if time.monotonic() < self._shut_until or self._inside >= room:
                return False
            self._inside += 1
            return True

    def leave(self, *, good: bool | None) -> None:
        """End an admitted call and report how it went; None when it was not tried."""
        with self._lock:
            self._inside -= 1
            if good is None:
                return
            self._troubles = 0 if good else self._troubles + 1
            if good:
                self._notify(False)
            if self._troubles >= self._most_troubles:
                self._shut(self._seconds)

    def shut(self, seconds: float) -> None:
        """Open the breaker: no call for ``seconds``."""
        with self._lock:
            self._shut(seconds)

    def _shut(self, seconds: float) -> None:
        self._notify(True)
        self._shut_until = max(self._shut_until, time.monotonic() + seconds)
