"""Marks in Redis: what was used up, for all processes, also while secret keys are changed."""

import redis

from latchkey.infra.store.vault import Vault

_ADD = """
for _, name in ipairs(KEYS) do
  if redis.call('EXISTS', name) == 1 then return 0 end
end
for _, name in ipairs(KEYS) do redis.call('SET', name, '1', 'PX', ARGV[1]) end
return 1
"""


class RemoteMarks:
    """Raises ``redis.RedisError`` whenever Redis does not answer.

    A mark is made and looked for under every secret key that is known. So processes that know the
    new key already and those that do not yet see each other's marks. It is its name that counts,
    whatever lies there: a mark that somebody damaged still says "used".
    """

    def __init__(self, client: redis.Redis, vault: Vault) -> None:
        self._redis = client
        self._vault = vault
        self._add = client.register_script(_ADD)

    def add(self, key: str, *, seconds: float) -> bool:
        """Leave a mark unless there is one; tell whether there was none (atomic)."""
        added = self._add(keys=self._names(key), args=[max(1, int(seconds * 1000))])
        return bool(added)

    def has(self, key: str) -> bool:
        """Tell whether there is such a mark."""
        return bool(self._redis.exists(*self._names(key)))

    def drop(self, key: str) -> bool:
        """Take the mark away; tell whether there was one."""
        return bool(self._redis.delete(*self._names(key)))

    def _names(self, key: str) -> list[str]:
        return self._vault.names(f"mark:{key}")
