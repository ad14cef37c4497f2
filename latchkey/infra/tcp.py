"""A TCP connection that is made in time, however slow DNS is and however many addresses it names.

``socket.create_connection`` gives each address the whole limit, and waits for DNS without one.
"""

import socket
import threading
import time
from typing import Any

# Family, type, protocol, name, address: as ``socket.getaddrinfo`` gives them.
_Address = tuple[int, int, int, str, tuple[Any, ...]]


def connect(host: str, port: int, *, seconds: float, deadline: float) -> socket.socket:
    """Connect to the first address that answers.

    :param seconds: the longest wait for each address.
    :param deadline: when all has to be over, by ``time.monotonic``.
    :raises OSError: there is no connection; ``TimeoutError`` when time was up.
    """
    failure = OSError("no address")
    for address in _addresses(host, port, deadline):
        left = min(seconds, deadline - time.monotonic())
        if left <= 0:
            raise TimeoutError("no time left to connect")
        try:
            return _connect(address, left)
        except OSError as error:
            failure = error
    raise failure


def _connect(address: _Address, seconds: float) -> socket.socket:
    family, kind, protocol, _, place = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(seconds)
        sock.connect(place)
        # What is sent leaves at once, as with httpx's own connections.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def _addresses(host: str, port: int, deadline: float) -> list[_Address]:
    """Ask DNS, in a thread that is left alone when time is up: the C library cannot be stopped.

    In gevent's worker it is a greenlet, as there every thread is.
    """
    found: list[_Address] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(max(0.0, deadline - time.monotonic()))
    if failed:
        raise failed.pop()
    if thread.is_alive():
        raise TimeoutError("no answer of DNS")
    return found
