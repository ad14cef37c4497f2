"""Marks in Redis: what was used up, for all processes, also while secret keys are changed."""

import redis

from latchkey.infra.store.vault import Vault
from latchkey.infra.store.windows_redis import milliseconds

# Two marks for the same time, if there is none of the first name.
_ADD_BOTH = """
if not redis.call('SET', KEYS[1], '1', 'PX', ARGV[1], 'NX') then return 0 end
redis.call('SET', KEYS[2], '1', 'PX', ARGV[1])
return 1
"""


class RemoteMarks:
    """Raises ``redis.RedisError`` whenever Redis does not answer.

    Names are not made with ``SECRET_KEY``, because a mark may have to outlive it: a signed link
    is good for up to 30 days. They are hashes of values that cannot be guessed (``mark_name``). It
    is the name that counts, whatever lies there: a mark that was damaged still says "used".
    """

    def __init__(self, client: redis.Redis, vault: Vault) -> None:
        self._redis = client
        self._add_both = client.register_script(_ADD_BOTH)
        self._prefix = f"{vault.prefix}mark:"

    def add(self, key: str, *, seconds: float, also: str = "") -> bool:
        """Leave a mark unless there is one; tell whether there was none (atomic).

        :param also: another mark to leave then.
        """
        life = milliseconds(seconds)
        if not also:
            return bool(self._redis.set(self._prefix + key, "1", px=life, nx=True))
        keys = [self._prefix + name for name in (key, also)]
        return bool(self._add_both(keys=keys, args=[life]))

    def has(self, key: str) -> bool:
        """Tell whether there is such a mark."""
        return bool(self._redis.exists(self._prefix + key))

    def drop(self, key: str) -> bool:
        """Take the mark away; tell whether there was one."""
        return bool(self._redis.delete(self._prefix + key))
