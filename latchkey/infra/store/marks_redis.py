"""Marks in Redis: what was used up, for all processes, also while secret keys are changed."""

import redis

from latchkey.infra.store.vault import Vault


class RemoteMarks:
    """Raises ``redis.RedisError`` whenever Redis does not answer.

    Names are not made with ``SECRET_KEY``, because a mark may have to outlive it: a signed link
    is good for up to 30 days. They are hashes of values that cannot be guessed (``mark_name``). It
    is the name that counts, whatever lies there: a mark that was damaged still says "used".
    """

    def __init__(self, client: redis.Redis, vault: Vault) -> None:
        self._redis = client
        self._prefix = f"{vault.prefix}mark:"

    def add(self, key: str, *, seconds: float) -> bool:
        """Leave a mark unless there is one; tell whether there was none (atomic)."""
        milliseconds = max(1, int(seconds * 1000))
        return bool(self._redis.set(self._prefix + key, "1", px=milliseconds, nx=True))

    def has(self, key: str) -> bool:
        """Tell whether there is such a mark."""
        return bool(self._redis.exists(self._prefix + key))

    def drop(self, key: str) -> bool:
        """Take the mark away; tell whether there was one."""
        return bool(self._redis.delete(self._prefix + key))
