"""Marks in Redis: what was used up, for all processes, also while secret keys are changed."""

import secrets

import redis

from latchkey.infra.store.vault import Vault
from latchkey.infra.store.windows_redis import milliseconds

# A mark if there is none of its name, and then others for the same time. The same command may come
# twice, when no answer came to the first: the mark is its own then.
_ADD = """
local life, mine = ARGV[1], ARGV[2]
local added = redis.call('SET', KEYS[1], mine, 'PX', life, 'NX')
if not added and redis.pcall('GETRANGE', KEYS[1], 0, #mine) ~= mine then return 0 end
for i = 2, #KEYS do redis.call('SET', KEYS[i], mine, 'PX', life) end
return 1
"""
_MOST_UNANSWERED = 1000


class RemoteMarks:
    """Raises ``redis.RedisError`` whenever Redis does not answer.

    Names are not made with ``SECRET_KEY``, because a mark may have to outlive it: a signed link
    is good for up to 30 days. They are hashes of values that cannot be guessed (``mark_name``). It
    is the name that counts, whatever lies there: a mark that was damaged still says "used".
    """

    def __init__(self, client: redis.Redis, vault: Vault) -> None:
        self._redis = client
        self._add = client.register_script(_ADD)
        self._prefix = f"{vault.prefix}mark:"
        # What the latest marks say that Redis did not answer for: it may leave them later.
        self._unanswered: dict[str, str] = {}

    def add(self, key: str, *, seconds: float, also: str = "") -> bool:
        """Leave a mark unless there is one; tell whether there was none (atomic).

        :param also: another mark to leave then.
        """
        keys = [self._prefix + name for name in (key, also) if name]
        mine = self._unanswered.pop(key, None) or secrets.token_hex(8)
        try:
            return bool(self._add(keys=keys, args=[milliseconds(seconds), mine]))
        except redis.RedisError:
            if len(self._unanswered) < _MOST_UNANSWERED:
                self._unanswered[key] = mine
            raise

    def has(self, key: str) -> bool:
        """Tell whether there is such a mark."""
        return bool(self._redis.exists(self._prefix + key))

    def drop(self, key: str) -> bool:
        """Take the mark away; tell whether there was one."""
        return bool(self._redis.delete(self._prefix + key))
