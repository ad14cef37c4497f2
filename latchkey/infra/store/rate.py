"""Rates: what may be done at most so often, and the moment that was reserved for it."""

from dataclasses import dataclass
from typing import NamedTuple

from latchkey.infra.store.memory import Slot

# No caller reserves further ahead.
LONGEST_WAIT_SECONDS = 20.0
# Nor allows for more delay after that.
LONGEST_GRACE_SECONDS = 2.0


class Rate(NamedTuple):
    """At most ``limit`` events in any span of ``seconds``."""

    limit: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """What is reserved together with a turn, while little is under way: the moment to send.

    :ivar key: of the rate at which is sent.
    :ivar few: it is only reserved while fewer were sent in the last two spans.
    :ivar grace: seconds from the reservation in which it may be sent.
    """

    key: str
    rate: Rate
    few: int
    grace: float


class Turn(NamedTuple):
    """A turn that has come.

    :ivar ahead: what was reserved ahead, None for nothing.
    :ivar mine: the same in this process, ``shared`` in Redis.
    :ivar until: moment of ``time.monotonic`` until which it is good.
    """

    ahead: Ahead | None = None
    mine: Slot = Slot(0.0, None)
    shared: Slot = Slot(0.0, None)
    until: float = 0.0


class RemoteTurn(NamedTuple):
    """A slot, and the moment to send that was reserved together with it, None for none."""

    turn: Slot
    ahead: Slot | None
