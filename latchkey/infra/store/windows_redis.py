"""The same counters as in ``windows_memory``, in Redis (or Valkey), for all processes together."""

import json
from collections.abc import Sequence

import redis

from latchkey.infra.store.vault import Unusable
from latchkey.infra.store.windows import Charge

# A list for each counter: the moments of its latest events, by Redis's own clock. The one that is
# ``limit`` places back decides. All windows of all counters are looked at and counted in one step,
# so requests at the same moment cannot pass together. Keys beyond the counters are values to keep.
# Moments that are still to come are dropped: the clock went back since, or others put them there,
# and they would make people wait for longer than any window. Each process still knows its own.
_PASS = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function at(key, back)
  return tonumber(redis.call('LINDEX', key, -back) or '-1e15')
end
local charges = cjson.decode(ARGV[1])
for i = 1, #charges do
  while at(KEYS[i], 1) > now do redis.call('RPOP', KEYS[i]) end
end
for i = #charges + 1, #KEYS do
  local place = 2 * (i - #charges)
  redis.call('SET', KEYS[i], ARGV[place], 'PX', ARGV[place + 1])
end
local waits, adding, refused = {}, {}, false
for i, charge in ipairs(charges) do
  local wait = 0
  if charge.mode ~= 'count' then
    for _, window in ipairs(charge.windows) do
      wait = math.max(wait, at(KEYS[i], window[1]) + window[2] - now)
    end
  end
  waits[i] = math.ceil(wait)
  refused = refused or wait > 0
  adding[i] = charge.mode ~= 'check' and (i == 1 or charge.part == 0
    or at(KEYS[i - 1], charge.part) <= now - charge.life)
end
if refused then return waits end
for i, charge in ipairs(charges) do
  if adding[i] then
    redis.call('RPUSH', KEYS[i], now)
    redis.call('LTRIM', KEYS[i], -charge.kept, -1)
    redis.call('PEXPIRE', KEYS[i], charge.life)
  end
end
return waits
"""
_NUMBER = """
local time = redis.call('TIME')
local since = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1]
local number = 0
for _, stamp in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if tonumber(stamp) > since then number = number + 1 end
end
return number
"""


class RemoteWindows:
    """Raises ``redis.RedisError`` whenever Redis does not answer, ``Unusable`` if with nonsense.

    :param prefix: of its keys in Redis.
    """

    def __init__(self, client: redis.Redis, prefix: str) -> None:
        self._prefix = prefix
        self._pass = client.register_script(_PASS)
        self._number = client.register_script(_NUMBER)

    def pass_all(
        self, charges: Sequence[Charge], values: Sequence[tuple[str, str, int]] = ()
    ) -> list[float]:
        """Count in all counters if all have room; return the seconds to wait for each.

        :param values: names, texts and milliseconds of what is kept in the same command.
        """
        rules = json.dumps([_rule(charge) for charge in charges])
        keys = [self._prefix + charge.key for charge in charges]
        args: list[str | int] = [rules]
        for name, text, life in values:
            keys.append(name)
            args += [text, life]
        waits = [wait / 1000 for wait in self._pass(keys=keys, args=args)]
        if not all(
            0 <= wait <= charge.seconds for wait, charge in zip(waits, charges, strict=True)
        ):
            raise Unusable("a counter has moments that no process counted")
        return waits

    def number(self, charge: Charge) -> int:
        """Return how many events the longest window holds."""
        keys, args = [self._prefix + charge.key], [milliseconds(charge.seconds)]
        return int(self._number(keys=keys, args=args))


def _rule(charge: Charge) -> dict[str, object]:
    return {
        "mode": charge.mode.value,
        "part": charge.part,
        "kept": charge.kept,
        "life": milliseconds(charge.seconds),
        "windows": [[window.limit, milliseconds(window.seconds)] for window in charge.windows],
    }


def milliseconds(seconds: float) -> int:
    """Return how long something is kept, for Redis."""
    return max(1, int(seconds * 1000))
