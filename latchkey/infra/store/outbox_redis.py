"""The same as in ``outbox_memory``, in Redis (or Valkey), for all processes together."""

import logging
import math
from collections.abc import Sequence
from typing import Any

import redis

from latchkey.infra import logs
from latchkey.infra.store.outbox_memory import Claim, Entry
from latchkey.infra.store.vault import MAX_BYTES, Unusable, Vault

# Longer than any entry waits. Each new entry restarts it; without any, all may expire.
_KEPT_MILLISECONDS = 2 * 24 * 60 * 60 * 1000
_NEWEST = 0
# Together about 60 MB. As in memory, minor entries leave room to the others.
_MOST = 60_000
_MOST_MINOR = 50_000

# A sorted set of keys by the time when they are due, a hash of their values, and a sorted set of
# those that are not minor. The time is Redis's own, so the clocks of the machines need not agree.
_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
_SET = f"""{_NOW}
local function place(minor) return KEYS[minor == '1' and 1 or 3] end
local function set(key, value, wait, minor)
  redis.call('ZREM', KEYS[1], key)
  redis.call('ZREM', KEYS[3], key)
  if value == '' then
    redis.call('HDEL', KEYS[2], key)
  else
    redis.call('ZADD', place(minor), now + wait, key)
    redis.call('HSET', KEYS[2], key, value)
  end
end
"""
_CHANGE = f"""{_SET}
local full = 0
for i = 4, #ARGV, 4 do
  local key, value, wait, minor = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local most = tonumber(minor == '1' and ARGV[1] or ARGV[2])
  if value ~= '' and redis.call('ZCARD', KEYS[1]) + redis.call('ZCARD', KEYS[3]) >= most
    and not redis.call('HGET', KEYS[2], key) then
    full = full + 1
  else
    set(key, value, wait, minor)
  end
end
for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
return full
"""
_CLAIM = f"""{_NOW}
local lease = now + ARGV[3]
local found, first = {{}}, -1
local function claim(place, minor, limit)
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', place, 0, now, 'LIMIT', 0, limit)) do
    local value = redis.call('HGET', KEYS[2], key)
    if value then
      redis.call('ZADD', place, lease, key)
      table.insert(found, {{key, string.sub(value, 1, {MAX_BYTES}), minor}})
    else
      redis.call('ZREM', place, key)
    end
  end
  local next = redis.call('ZRANGE', place, 0, 0, 'WITHSCORES')[2]
  local wait = next and math.max(0, next - now)
  if wait and (first < 0 or wait < first) then first = wait end
end
local limit, minor = tonumber(ARGV[1]), tonumber(ARGV[2])
claim(KEYS[3], 0, limit)
if minor > 0 then claim(KEYS[1], 1, math.min(limit - #found, minor)) end
return {{lease, first, found}}
"""
# An expired lease was given to another process, with another time.
_FINISH = f"""{_SET}
local score = redis.call('ZSCORE', place(ARGV[5]), ARGV[1])
if score and tonumber(score) == tonumber(ARGV[2]) then set(ARGV[1], ARGV[3], ARGV[4], ARGV[5]) end
"""


class RemoteOutbox:
    """Raises ``redis.RedisError`` whenever Redis does not answer.

    There is a box for each secret key that is known, so nothing is lost while keys are changed:
    entries go into that of the newest key, and are taken from all.
    """

    def __init__(self, client: redis.Redis, vault: Vault) -> None:
        self._vault = vault
        self._boxes = [[name, f"{name}:values", f"{name}:first"] for name in vault.names("outbox")]
        self._change = client.register_script(_CHANGE)
        self._claim = client.register_script(_CLAIM)
        self._finish = client.register_script(_FINISH)

    def change(self, entries: Sequence[Entry]) -> None:
        """Have all of them done when they are due, instead of what waits under their keys."""
        for number, box in enumerate(self._boxes):
            args: list[str | int] = [_MOST_MINOR, _MOST, _KEPT_MILLISECONDS]
            for entry in entries:
                value = entry.value if number == _NEWEST else None
                args += [
                    self._member(number, entry.key),
                    *self._write(entry.key, value, entry.seconds),
                    int(entry.minor),
                ]
            if full := self._change(keys=box, args=args):
                logs.event("outbox", level=logging.WARNING, outcome="full", detail=f"{full}")

    def claim(self, limit: int, *, minor: int, lease: float) -> tuple[list[Claim], float]:
        """Return at most so many that are due, see ``MemoryOutbox.claim``."""
        claims: list[Claim] = []
        first = math.inf
        for number, box in enumerate(self._boxes):
            left = minor - sum(claim.minor for claim in claims)
            args = [limit - len(claims), left, int(lease * 1000)]
            until, wait, found = self._claim(keys=box, args=args)
            first = min(first, math.inf if wait < 0 else wait / 1000)
            opened = (self._open(number, until, *entry) for entry in found)
            claims += [claim for claim in opened if claim]
        return claims, first

    def finish(self, claim: Claim, value: Any, *, seconds: float) -> None:
        """Have ``value`` done in ``seconds`` instead, see ``MemoryOutbox.finish``."""
        args: list[str | int] = [self._member(claim.box, claim.key), int(claim.lease)]
        args += [*self._write(claim.key, value, seconds), int(claim.minor)]
        self._finish(keys=self._boxes[claim.box], args=args)

    def _open(
        self, box: int, until: float, member: bytes, sealed: bytes, minor: int
    ) -> Claim | None:
        try:
            key, value = self._vault.unseal(sealed)
            if self._member(box, key).encode() != member:
                raise Unusable("an entry lies in the place of another")
        except Unusable as error:
            logs.event("redis", level=logging.WARNING, outcome="foreign entry", detail=str(error))
            self._finish(keys=self._boxes[box], args=[member, int(until), "", 0, minor])
            return None
        return Claim(key=key, value=value, lease=until, shared=True, minor=bool(minor), box=box)

    def _member(self, box: int, key: str) -> str:
        return self._vault.names(key)[box]

    def _write(self, key: str, value: Any, seconds: float) -> tuple[str, int]:
        """The arguments of ``set``: nothing instead of ``value`` when it is None."""
        if value is None:
            return "", 0
        kept = max(0.0, seconds) + _KEPT_MILLISECONDS / 1000
        return self._vault.seal(key, value, seconds=kept), int(seconds * 1000)
