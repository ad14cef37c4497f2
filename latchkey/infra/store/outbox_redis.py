"""The same as in ``outbox_memory``, in Redis (or Valkey), for all processes together."""

import json
import math
from collections.abc import Sequence
from typing import Any

import redis

from latchkey.infra.store.outbox_memory import Claim, Entry

# Longer than anything waits. Each new entry starts it anew; without any, all may go.
_KEPT_MILLISECONDS = 2 * 24 * 60 * 60 * 1000

# A sorted set of keys by the time when they are due, and a hash of what they stand for. The time is
# Redis's own, so the clocks of the machines need not agree.
_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
_SET = f"""{_NOW}
local function set(key, value, wait)
  if value == '' then
    redis.call('ZREM', KEYS[1], key)
    redis.call('HDEL', KEYS[2], key)
  else
    redis.call('ZADD', KEYS[1], now + wait, key)
    redis.call('HSET', KEYS[2], key, value)
  end
end
"""
_CHANGE = f"""{_SET}
for i = 1, #ARGV, 3 do set(ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
redis.call('PEXPIRE', KEYS[1], {_KEPT_MILLISECONDS})
redis.call('PEXPIRE', KEYS[2], {_KEPT_MILLISECONDS})
"""
_CLAIM = f"""{_NOW}
local lease = now + ARGV[2]
local found = {{}}
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], 0, now, 'LIMIT', 0, ARGV[1])) do
  local value = redis.call('HGET', KEYS[2], key)
  if value then
    redis.call('ZADD', KEYS[1], lease, key)
    table.insert(found, key)
    table.insert(found, value)
  else
    redis.call('ZREM', KEYS[1], key)
  end
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {{lease, first[2] and math.max(0, first[2] - now) or -1, found}}
"""
# A lease that ran out was given to somebody else, with another time.
_FINISH = f"""{_SET}
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and tonumber(score) == tonumber(ARGV[2]) then set(ARGV[1], ARGV[3], ARGV[4]) end
"""


class RemoteOutbox:
    """Raises ``redis.RedisError`` whenever Redis does not answer.

    :param name: of its keys in Redis.
    """

    def __init__(self, client: redis.Redis, name: str) -> None:
        self._keys = [name, f"{name}:values"]
        self._change = client.register_script(_CHANGE)
        self._claim = client.register_script(_CLAIM)
        self._finish = client.register_script(_FINISH)

    def change(self, entries: Sequence[Entry]) -> None:
        """Have all of them done when they are due, instead of what waits under their keys."""
        args: list[str | int] = []
        for entry in entries:
            args += [entry.key, _write(entry.value), _milliseconds(entry.value, entry.seconds)]
        self._change(keys=self._keys, args=args)

    def claim(self, limit: int, *, lease: float) -> tuple[list[Claim], float]:
        """Return at most so many that are due, see ``MemoryOutbox.claim``."""
        args = [limit, int(lease * 1000)]
        until, wait, found = self._claim(keys=self._keys, args=args)
        claims = [
            Claim(key=key.decode(), value=json.loads(value), lease=until, shared=True)
            for key, value in zip(found[::2], found[1::2], strict=True)
        ]
        return claims, math.inf if wait < 0 else wait / 1000

    def finish(self, claim: Claim, value: Any, *, seconds: float) -> None:
        """Have ``value`` done in ``seconds`` instead, see ``MemoryOutbox.finish``."""
        args: list[str | int] = [claim.key, int(claim.lease)]
        args += [_write(value), _milliseconds(value, seconds)]
        self._finish(keys=self._keys, args=args)


def _write(value: Any) -> str:
    return "" if value is None else json.dumps(value)


def _milliseconds(value: Any, seconds: float) -> int:
    return 0 if value is None else int(seconds * 1000)
