"""The same values and rates as in ``memory``, in Redis (or Valkey), for all processes together."""

import json
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from latchkey.infra.store.memory import RateLimited, Slot
from latchkey.infra.store.outbox_redis import RemoteOutbox
from latchkey.infra.store.windows_redis import RemoteWindows

Lost = redis.RedisError

# A page must not wait for a server that is gone; one on the same network answers in milliseconds.
_CONNECT_SECONDS = 0.3
_ANSWER_SECONDS = 0.5
_CONNECTIONS = 20
# Waiting for one of them is no sign of trouble when a thousand people arrive together.
_CONNECTION_WAIT_SECONDS = 10
_PREFIX = "latchkey:"
_PEER_MILLISECONDS = 120_000

# Redis's own clock, so those of the machines need not agree. A sorted set of the latest moments:
# the one that is ``most`` places back decides when the next may be. Libraries for rate limits only
# refuse; here somebody who comes a little too early gets a later slot instead.
_RESERVE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local most, span, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZADD', KEYS[2], now, ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, now - tonumber(ARGV[5]))
local peers = redis.call('ZCARD', KEYS[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - span)
local slot = now
local before = redis.call('ZREVRANGE', KEYS[1], most - 1, most - 1, 'WITHSCORES')[2]
if before then slot = math.max(now, before + span) end
if slot - now > patience then return {tostring(slot - now), peers, 0} end
redis.call('ZADD', KEYS[1], string.format('%.3f', slot), ARGV[6])
redis.call('PEXPIRE', KEYS[1], math.ceil(slot - now + span))
return {tostring(slot - now), peers, 1}
"""


@dataclass(frozen=True, kw_only=True)
class RedisFacts:
    """What a server says of itself.

    :ivar eviction: its ``maxmemory-policy``.
    :ivar seconds: how long it took to answer.
    """

    name: str
    version: str
    eviction: str
    seconds: float

    @property
    def number(self) -> tuple[int, ...]:
        """The version as numbers."""
        return tuple(int(part) for part in re.findall(r"[0-9]+", self.version)[:3])


class Remote:
    """Raises ``Lost`` whenever Redis does not answer.

    :param url: as in ``REDIS_URL``.
    :ivar peers: number of processes that share the rates, as far as is known.
    :ivar outbox: what the processes have to do at a certain time.
    :ivar windows: counters of rate limits.
    """

    def __init__(self, url: str) -> None:
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_CONNECTION_WAIT_SECONDS,
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=_ANSWER_SECONDS,
            # Once, because the server may have closed a connection that was idle.
            retry=Retry(NoBackoff(), 1),
        )
        self._redis = redis.Redis(connection_pool=pool)
        self._reserve = self._redis.register_script(_RESERVE)
        self._name = secrets.token_hex(8)
        self.peers = 1
        self.outbox = RemoteOutbox(self._redis, f"{_PREFIX}outbox")
        self.windows = RemoteWindows(self._redis, f"{_PREFIX}window:")

    def get(self, key: str) -> Any:
        """Return the value of ``key``, None when there is none."""
        return _read(self._redis.get(_PREFIX + key))

    def put(self, key: str, value: Any, *, seconds: float) -> None:
        """Keep ``value`` for ``seconds``."""
        self._redis.set(_PREFIX + key, json.dumps(value), px=_milliseconds(seconds))

    def add(self, key: str, value: Any, *, seconds: float) -> bool:
        """Keep ``value`` unless there is one already; tell whether it was kept."""
        text = json.dumps(value)
        return bool(self._redis.set(_PREFIX + key, text, px=_milliseconds(seconds), nx=True))

    def take(self, key: str) -> Any:
        """Return the value and forget it, so that nobody gets it twice."""
        return _read(self._redis.getdel(_PREFIX + key))

    def describe(self) -> RedisFacts:
        """Ask the server about itself."""
        began = time.perf_counter()
        self._redis.ping()
        seconds = time.perf_counter() - began
        info = self._redis.info()
        # A server may forbid CONFIG; INFO tells the policy, too.
        name = "Valkey" if "valkey_version" in info else "Redis"
        return RedisFacts(
            name=name,
            version=str(info.get("valkey_version") or info.get("redis_version", "")),
            eviction=str(info.get("maxmemory_policy", "")),
            seconds=seconds,
        )

    def close(self) -> None:
        """Close all connections; the next call opens one again."""
        self._redis.connection_pool.disconnect()

    def reserve(self, key: str, *, limit: int, seconds: float, max_wait: float) -> Slot:
        """Return what was reserved, see ``Memory.reserve``; learn how many processes there are.

        :raises Full: when the wait would be longer than ``patience``.
        """
        keys = [f"{_PREFIX}rate:{key}", f"{_PREFIX}peers"]
        mark = secrets.token_hex(8)
        args: list[str | float] = [
            limit,
            seconds * 1000,
            max_wait * 1000,
            self._name,
            _PEER_MILLISECONDS,
            mark,
        ]
        wait, self.peers, reserved = self._reserve(keys=keys, args=args)
        if not reserved:
            raise RateLimited(float(wait) / 1000)
        return Slot(float(wait) / 1000, mark)

    def move(self, key: str, slot: Slot, *, late: float) -> None:
        """Note that ``slot`` was made use of so many seconds later than planned."""
        self._redis.zadd(f"{_PREFIX}rate:{key}", {slot.mark: late * 1000}, xx=True, incr=True)


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _read(text: bytes | str | None) -> Any:
    return None if text is None else json.loads(text)
