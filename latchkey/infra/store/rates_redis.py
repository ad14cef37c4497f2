"""The same rates as in ``memory``, in Redis (or Valkey), for all processes together."""

import secrets
from collections.abc import Mapping, Sequence

import redis

from latchkey.infra.store.memory import RateLimited, Slot
from latchkey.infra.store.rate import (
    LONGEST_GRACE_SECONDS,
    LONGEST_WAIT_SECONDS,
    Ahead,
    Rate,
    RemoteTurn,
)
from latchkey.infra.store.secret_keys_redis import RemoteSecretKeys
from latchkey.infra.store.vault import Unusable

_PEER_MILLISECONDS = 120_000
# What lies beyond that was not written by us, or before the clock of Redis went back.
_LONGEST_AHEAD_SECONDS = LONGEST_WAIT_SECONDS + LONGEST_GRACE_SECONDS
# Redis's own clock, so those of the machines need not agree. A sorted set of the latest moments:
# the one that is ``most`` places back decides when the next may be. Libraries for rate limits only
# refuse; here a caller that is a little too early gets a later slot instead. What is noted is the
# last moment at which the slot may be used; a former one that was missed is given up for it. With a
# third key, the moment to send is reserved there, too, if it is now. Before that, former ones are
# corrected to when it was sent. The same command may come twice, when no answer came to the first.
_RESERVE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local most, span, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZADD', KEYS[2], now, ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, now - tonumber(ARGV[5]))
local peers = redis.call('ZCARD', KEYS[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - span)
local again = redis.call('ZREM', KEYS[1], ARGV[6]) > 0
redis.call('ZREM', KEYS[1], ARGV[8])
local late = tonumber(ARGV[7])
local slot = now
local before = redis.call('ZREVRANGE', KEYS[1], most - 1, most - 1, 'WITHSCORES')[2]
if before then slot = math.max(now, before + span) end
if slot - now > patience then return {tostring(slot - now), peers, 0, 0} end
redis.call('ZADD', KEYS[1], string.format('%.3f', slot + late), ARGV[6])
local function keep(key, milliseconds)
  redis.call('PEXPIRE', key, math.max(redis.call('PTTL', key), math.ceil(milliseconds)))
end
keep(KEYS[1], slot + late - now + span)
local sent = KEYS[3]
if not sent then return {tostring(slot - now), peers, 1, 0} end
local few, far, grace = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
for i = 13, again and 0 or #ARGV, 2 do
  redis.call('ZADD', sent, 'XX', 'INCR', -ARGV[i + 1], ARGV[i])
end
if slot > now or redis.call('ZCOUNT', sent, now - 2 * far, '+inf') >= few then
  return {tostring(slot - now), peers, 1, 0}
end
redis.call('ZADD', sent, string.format('%.3f', now + grace), ARGV[12])
keep(sent, grace + 2 * far)
return {tostring(slot - now), peers, 1, 1}
"""


class RemoteRates:
    """Raises ``redis.RedisError`` whenever Redis does not answer, ``Unusable`` if with nonsense.

    :param prefix: of all keys.
    :param secret_keys: announced along with a reservation.
    :ivar peers: number of processes that share the rates, as far as is known.
    """

    def __init__(self, client: redis.Redis, prefix: str, secret_keys: RemoteSecretKeys) -> None:
        self._redis = client
        self._prefix = prefix
        self._secret_keys = secret_keys
        self._reserve = client.register_script(_RESERVE)
        self._name = secrets.token_hex(8)
        self.peers = 1

    def reserve(
        self,
        key: str,
        rate: Rate,
        *,
        max_wait: float,
        grace: float = 0.0,
        missed: Slot | None = None,
    ) -> Slot:
        """Return what was reserved, see ``Memory.reserve``; learn how many processes there are.

        :param grace: seconds after its moment in which it may still be used.
        :param missed: a former one, which it takes the place of.
        :raises RateLimited: when the wait would be longer than ``max_wait``.
        """
        slot, _ = self._reserve_slot([key], rate, max_wait, grace, missed)
        return slot

    def reserve_turn(
        self,
        key: str,
        rate: Rate,
        *,
        max_wait: float,
        ahead: Ahead,
        corrections: Mapping[str, float],
    ) -> RemoteTurn:
        """Return a reserved slot, and the moment to send if it was reserved, too.

        :param corrections: seconds by which former moments were used earlier, by their marks.
        :raises RateLimited: when the wait would be longer than ``max_wait``.
        """
        mark = secrets.token_hex(8)
        more: list[str | float] = [ahead.few, ahead.rate.seconds * 1000, ahead.grace * 1000, mark]
        for other, early in corrections.items():
            more += [other, early * 1000]
        slot, has_ahead = self._reserve_slot([key, ahead.key], rate, max_wait, more=more)
        return RemoteTurn(slot, Slot(ahead.grace, mark) if has_ahead else None)

    def _reserve_slot(
        self,
        keys: Sequence[str],
        rate: Rate,
        max_wait: float,
        grace: float = 0.0,
        missed: Slot | None = None,
        more: Sequence[str | float] = (),
    ) -> tuple[Slot, bool]:
        key, *others = [self._rate(key) for key in keys]
        limits = [rate.limit, rate.seconds * 1000, max_wait * 1000]
        mark = secrets.token_hex(8)
        answer, self.peers, reserved, ahead = self._reserve(
            keys=[key, f"{self._prefix}peers", *others],
            args=[
                *limits, self._name, _PEER_MILLISECONDS, mark,
                grace * 1000, missed.mark if missed else "", *more,
            ],
        )  # fmt: skip
        self._secret_keys.announce()
        wait = float(answer) / 1000
        if not 0 <= wait <= rate.seconds + _LONGEST_AHEAD_SECONDS:
            raise Unusable("a rate has moments that no process reserved")
        if not reserved:
            raise RateLimited(wait)
        return Slot(wait, mark), bool(ahead)

    def move(self, key: str, slot: Slot, *, late: float) -> None:
        """Note that ``slot`` was made use of so many seconds later than planned."""
        self._redis.zadd(self._rate(key), {slot.mark: late * 1000}, xx=True, incr=True)

    def _rate(self, key: str) -> str:
        # Of the Nylas application, whichever installation uses it: so are the limits of Nylas.
        return f"{self._prefix}rate:{key}"
