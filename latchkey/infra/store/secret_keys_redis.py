"""Which secret keys the instances behind one address have, so that a second one is noticed."""

import time

import redis

from latchkey.infra.store.vault import Vault

# Long enough for an instance that is asked nothing at night.
KEPT_SECONDS = 24 * 60 * 60
_ANNOUNCE_SECONDS = 10 * 60.0


class RemoteSecretKeys:
    """Raises ``redis.RedisError`` whenever Redis does not answer.

    Fingerprints lie there, not keys: a name that only an instance with the same key can make
    (``Vault.names``).

    :param address: ``PUBLIC_URL``. Installations of one Nylas application may share a Redis, each
        with its own address and key; without an address there is nothing to compare.
    """

    def __init__(self, client: redis.Redis, vault: Vault, address: str) -> None:
        self._redis = client
        self._mine, *former = vault.names(f"secret key at {address}")
        self._known = {self._mine, *former}
        self._name = f"{vault.prefix}secret-keys:{vault.public_name(address)}" if address else ""
        self._announce_at = 0.0

    def announce(self) -> None:
        """Say which key this instance has; once in a while is enough."""
        if not self._name or time.monotonic() < self._announce_at:
            return
        self._announce_at = time.monotonic() + _ANNOUNCE_SECONDS
        self._redis.zadd(self._name, {self._mine: self._now()})
        self._redis.expire(self._name, KEPT_SECONDS)

    def others(self) -> int:
        """Return how many keys that are unknown here were used at this address in the last day."""
        if not self._name:
            return 0
        found = self._redis.zrangebyscore(self._name, self._now() - KEPT_SECONDS, "+inf")
        return len(set(map(_text, found)) - self._known)

    def _now(self) -> int:
        # The clock of Redis, as those of the machines need not agree.
        return int(self._redis.time()[0])


def _text(name: object) -> str:
    return name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
