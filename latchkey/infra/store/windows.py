"""Sliding windows: what a rate limit counts, how often, and for whom it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Window(NamedTuple):
    """At most ``limit`` events in any span of ``seconds``."""

    limit: int
    seconds: float


class Mode(Enum):
    """What a request does to a counter.

    ``TAKE`` checks and counts, ``CHECK`` only checks, ``COUNT`` counts without a check.
    """

    TAKE = "take"
    CHECK = "check"
    COUNT = "count"


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One counter that a request is held against.

    :ivar key: of the counter; never what a client sent, but a keyed hash of it.
    :ivar rule: the counters of one rule never push those of another one out of memory.
    :ivar windows: all of them hold for the one counter.
    :ivar part: the most that the counter of the *previous* charge in the list may add to this one
        within the longest window; what is beyond is not counted here. So one client cannot use up
        what a mailbox has for all. 0: everything counts.
    """

    key: str
    windows: Sequence[Window]
    rule: str = ""
    mode: Mode = Mode.TAKE
    part: int = 0

    @property
    def kept(self) -> int:
        """How many of the latest events have to be remembered."""
        return max(window.limit for window in self.windows)

    @property
    def seconds(self) -> float:
        """How long an event has to be remembered."""
        return max(window.seconds for window in self.windows)
