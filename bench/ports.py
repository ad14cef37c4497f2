"""Free ports of this machine, for servers that the bench and the tests start."""

import contextlib
import itertools
import secrets
import socket
from collections.abc import Iterator
from functools import cache

# Below the ports that the system gives to outgoing connections (Linux: from 32768), of which one
# could take a port before the server that it is for listens.
_FIRST, _LAST, _BLOCK = 10_000, 32_768, 64


def free_port() -> int:
    """A port that nobody uses right now, and that no other process gets from here."""
    while True:
        port = next(_mine())
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@cache
def _mine() -> Iterator[int]:
    """The ports of a block that belongs to this process until it ends, in turns.

    Several processes of tests run at a time. Each had chosen among all ports, and now and then
    two chose the same one before a server listened there.
    """
    while True:
        block = secrets.randbelow((_LAST - _FIRST) // _BLOCK)
        # Its name is forgotten by the system together with the process (unix(7), "abstract").
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as claim:
            claim.bind(f"\0latchkey-ports-{block}")
            first = _FIRST + block * _BLOCK
            yield from itertools.cycle(range(first, first + _BLOCK))
