"""What a Redis or Valkey server says of itself, for the operator."""

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import redis


@dataclass(frozen=True, kw_only=True)
class RedisFacts:
    """What a server says of itself.

    :ivar eviction: its ``maxmemory-policy``.
    :ivar durable: it writes each change to a file (``appendonly``).
    :ivar cluster: it refuses what is about keys of several of its slots.
    :ivar replica: it is the copy of another server, and refuses to be written to.
    :ivar seconds: how long it took to answer.
    """

    name: str
    version: str
    eviction: str
    durable: bool
    replica: bool
    cluster: bool
    seconds: float

    @property
    def number(self) -> tuple[int, ...]:
        """The version as numbers."""
        return tuple(int(part) for part in re.findall(r"[0-9]+", self.version)[:3])


def read_facts(client: "redis.Redis") -> RedisFacts:
    """Ask the server.

    :raises redis.RedisError: it does not answer.
    """
    began = time.perf_counter()
    client.ping()
    seconds = time.perf_counter() - began
    info = client.info()
    # A server may forbid CONFIG; INFO tells the policy, too.
    name = "Valkey" if "valkey_version" in info else "Redis"
    return RedisFacts(
        name=name,
        version=str(info.get("valkey_version") or info.get("redis_version", "")),
        eviction=str(info.get("maxmemory_policy", "")),
        durable=bool(info.get("aof_enabled")),
        cluster=info.get("redis_mode") == "cluster" or info.get("server_mode") == "cluster",
        replica=bool(info.get("slave_read_only")),
        seconds=seconds,
    )
