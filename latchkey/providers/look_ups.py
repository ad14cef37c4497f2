"""Look-ups in DNS: a few at once, few of them for one client, none while DNS is in trouble.

A client can own domains whose name servers are silent, and each question about them takes as long
as it may.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from latchkey.infra.circuit_breaker import CircuitBreaker
from latchkey.infra.fair_queue import LaneFull, Lanes

_AT_ONCE = 6
_CLIENT_LANE = 2
_LANE_SECONDS = 0.2
_SILENCES = 3
_REST_SECONDS = 30


class LookUps:
    """Lets look-ups through.

    :param client: tells for whom is asked, "" for no client in particular.
    :param answers: asks DNS about a well-known domain and tells whether it answered.
    :param notify: the circuit breaker's.
    """

    def __init__(
        self,
        *,
        client: Callable[[], str],
        answers: Callable[[], bool],
        notify: Callable[[bool], None],
    ) -> None:
        self._client = client
        self._answers = answers
        self._clients = Lanes(lambda: _CLIENT_LANE)
        self._breaker = CircuitBreaker(
            at_once=_AT_ONCE, troubles=_SILENCES, seconds=_REST_SECONDS, notify=notify
        )

    def run(self, look_up: Callable[[], bool | None]) -> None:
        """Run ``look_up`` if there is room, or soon is.

        :param look_up: tells whether DNS answered; None when it was not asked.
        """
        until = time.monotonic() + _LANE_SECONDS
        with suppress(LaneFull), self._clients.enter(self._client(), until=until):
            if self._breaker.enter():
                answered: bool | None = False
                try:
                    # One silent domain is no trouble of DNS. An answer about another ends one, or
                    # questions about silent domains would keep the one place left after it.
                    answered = look_up()
                    if answered is False:
                        answered = self._answers()
                finally:
                    self._breaker.leave(good=answered)
