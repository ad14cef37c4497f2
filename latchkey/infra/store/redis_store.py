"""The same values and rates as in ``memory``, in Redis (or Valkey), for all processes together."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from latchkey.infra.error_frames import forget_frames
from latchkey.infra.store.marks_redis import RemoteMarks
from latchkey.infra.store.outbox_redis import RemoteOutbox
from latchkey.infra.store.rates_redis import RemoteRates
from latchkey.infra.store.redis_facts import RedisFacts, read_facts
from latchkey.infra.store.scripts import TAKE, WRITE
from latchkey.infra.store.secret_keys_redis import RemoteSecretKeys
from latchkey.infra.store.vault import MAX_BYTES, NOTHING, Unusable, Values, Vault
from latchkey.infra.store.windows import Charge
from latchkey.infra.store.windows_redis import RemoteWindows, milliseconds

# A page must not wait for a server that is gone; one on the same network answers in milliseconds.
_CONNECT_SECONDS = 0.3
_ANSWER_SECONDS = 0.5
# Each carries one command at a time, and a busy process looks for answers only now and then: with
# 20, callers in a crowd waited ten seconds for a free one. They are opened as they are needed.
_CONNECTIONS = 100
# Waiting for one of them is no sign of trouble when a thousand people arrive together.
_CONNECTION_WAIT_SECONDS = 10


class _Retry(Retry):
    """Also those of its errors that are tried again come to nothing: see ``forget_frames``."""

    def call_with_retry(self, do: Callable[[], Any], *args: Any, **kwargs: Any) -> Any:
        def tried() -> Any:
            try:
                return do()
            except Exception as error:
                forget_frames(error)
                raise

        return super().call_with_retry(tried, *args, **kwargs)


class Remote:
    """Raises ``Lost`` whenever Redis does not answer, ``Unusable`` when it answers nonsense.

    :param url: as in ``REDIS_URL``.
    :param vault: names and seals what is put there.
    :param address: as in ``RemoteSecretKeys``.
    :cvar Lost: class of all errors of the client.
    :ivar rates: what may be done at most so often.
    :ivar outbox: what the processes have to do at a certain time.
    :ivar windows: counters of rate limits.
    :ivar marks: what was used up.
    :ivar secret_keys: which keys the instances seal with.
    """

    Lost: ClassVar = redis.RedisError

    def __init__(self, url: str, vault: Vault, address: str = "") -> None:
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_CONNECTION_WAIT_SECONDS,
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=_ANSWER_SECONDS,
            # Once, because the server may have closed a connection that was idle. The first try
            # may have had its effect, so what adds must know its own value again.
            retry=_Retry(NoBackoff(), 1),
        )
        self._redis = redis.Redis(connection_pool=pool)
        self._vault = vault
        self._take = self._redis.register_script(TAKE)
        self._write = self._redis.register_script(WRITE)
        self.outbox = RemoteOutbox(self._redis, vault)
        self.windows = RemoteWindows(self._redis, f"{vault.prefix}window:")
        self.marks = RemoteMarks(self._redis, vault)
        self.secret_keys = RemoteSecretKeys(self._redis, vault, address)
        self.rates = RemoteRates(self._redis, vault.prefix, self.secret_keys)

    def get(self, key: str) -> Any:
        """Return the value of ``key``, None when there is none."""
        name = self._vault.name(key)
        try:
            return self._read(key, self._redis.getrange(name, 0, MAX_BYTES))
        except (Unusable, redis.ResponseError) as error:
            if isinstance(error, Unusable) or self.is_foreign(error):
                # Else it would be in the way until it expires, if it ever does.
                self._redis.delete(name)
            raise

    def put(self, key: str, value: Any, *, seconds: float) -> None:
        """Keep ``value`` for ``seconds``."""
        self._set({key: (value, seconds)}, only_new=False)

    def put_all(self, values: Values, charges: Sequence[Charge] = ()) -> None:
        """Keep all of them, and count in these counters, in one command."""
        if charges:
            self.windows.pass_all(charges, self._sealed(values))
        else:
            self._set(values, only_new=False)

    def add(self, key: str, value: Any, *, seconds: float, values: Values = NOTHING) -> bool:
        """Keep ``value`` unless there is one already; tell whether it was kept.

        :param values: kept in the same command, whatever is there.
        """
        others = {other: kept for other, kept in values.items() if other != key}
        return self._set({**others, key: (value, seconds)}, only_new=True)

    def take(self, key: str) -> Any:
        """Return the value and forget it, so that only one caller gets it."""
        return self._read(key, self._take(keys=[self._vault.name(key)]))

    def describe(self) -> RedisFacts:
        """Ask the server about itself."""
        return read_facts(self._redis)

    def close(self) -> None:
        """Close all connections; the next call opens one again."""
        self._redis.connection_pool.disconnect()

    def leave_replica(self, error: Exception) -> None:
        """Connect again when this server has become a replica: its name may lead to another now.

        A server that is demoted keeps its connections open, and refuses each write on them.
        """
        # Older servers hand on what a script met in an error of Lua's.
        if isinstance(error, redis.ReadOnlyError) or "READONLY" in str(error):
            self._redis.connection_pool.disconnect(inuse_connections=False)

    @staticmethod
    def is_foreign(error: Exception) -> bool:
        """Tell whether Redis complains about what lies there, not about itself.

        It does so by an error of its own, or by Lua's when a script met something else than
        numbers. That memory is full, or that this is a replica, has a class of its own.
        """
        text = str(error)
        about_values = "WRONGTYPE" in text or "attempt to " in text
        return type(error) is redis.ResponseError and about_values

    def _sealed(self, values: Values) -> list[tuple[str, str, int]]:
        return [
            (self._vault.name(key), self._vault.seal(key, value, seconds=kept), milliseconds(kept))
            for key, (value, kept) in values.items()
        ]

    def _set(self, values: Values, *, only_new: bool) -> bool:
        sealed = self._sealed(values)
        if len(sealed) == 1 and not only_new:
            name, text, life = sealed[0]
            return bool(self._redis.set(name, text, px=life))
        args = [part for _, text, life in sealed for part in (text, life)]
        names = [name for name, _, _ in sealed]
        return bool(self._write(keys=names, args=[int(only_new), *args]))

    def _read(self, key: str, sealed: Any) -> Any:
        return self._vault.open(key, sealed) if sealed else None
