"""A provider's answer counts once: its state is used up by the first callback (RFC 6749, 10.12)."""

import time

from latchkey.connect.oauth.pending import PENDING_SECONDS
from latchkey.infra.marks import MarksUnavailable, UsedMarks, mark_name
from latchkey.infra.store import Store

_STATE = "oauth state"
_ANSWER = "oauth answer"
# Longer than a state is accepted, as clocks of machines differ.
_SECONDS = PENDING_SECONDS + 60
_LOOK_SECONDS = 0.25


class UsedStates:
    """Lets the first callback of each state through, and repetitions of that same callback.

    Browsers send a callback twice now and then; what follows from it is done once, because the
    submission is idempotent. Another code for the same state is refused.
    """

    def __init__(self, marks: UsedMarks, store: Store) -> None:
        self._marks = marks
        self._store = store

    def admit(self, state: str, code: str) -> bool:
        """Tell whether the callback with this state and code counts."""
        answer = f"{state} {code}"
        try:
            if self._marks.spend(_STATE, state, seconds=_SECONDS, also=(_ANSWER, answer)):
                return True
            if self._marks.is_spent(_ANSWER, answer):
                return True
            # An instance of the version before may be between its two marks.
            time.sleep(_LOOK_SECONDS)
            return self._marks.is_spent(_ANSWER, answer)
        except MarksUnavailable:
            # Sign-ins go on: the memory of this process has to do meanwhile.
            kept = mark_name(_STATE, state)
            first = mark_name(_ANSWER, answer)
            return self._store.add(kept, first, seconds=_SECONDS) or self._store.get(kept) == first
