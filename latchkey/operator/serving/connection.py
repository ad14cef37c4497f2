"""A client's socket on which forms take turns and writes have a deadline."""

import errno
import socket
from typing import Any

import gevent
from gevent.lock import Semaphore

# So much of an answer has to leave within so many seconds. A socket is writable again only when a
# third of its buffer is free, so this asks for about three kilobytes a second.
PIECE_BYTES = 16_384
WRITE_SECONDS = 15.0
# Larger than nearly every answer. Without a limit the kernel would hold megabytes for each client
# that does not read, and take minutes to notice that a slow one does.
_BUFFER_BYTES = 64 * 1024


class Connection:
    """Wraps the socket that gunicorn reads from and writes to.

    A form costs more than a page, so when a thousand of them arrive together they begin one after
    another, and pages are served in between. gunicorn writes headers and body of an answer one by
    one; what is short waits here for what follows, so that both are one packet and one system call.

    :ivar pipelined: requests that came before the answer to the one before them was sent.
    """

    def __init__(self, sock: Any, turns: Semaphore) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        self._sock = sock
        self._turns = turns
        self.pipelined = 0
        self._waiting = b""

    def recv(self, size: int) -> bytes:
        """Read what has arrived, at most ``size`` bytes."""
        data = bytes(self._sock.recv(size))
        if data.startswith(b"POST "):
            self._wait_for_turn()
        return data

    def sendall(self, data: bytes) -> None:
        """Write ``data``, if it is short with the next ``flush``.

        :raises ConnectionResetError: the client reads too slowly.
        """
        self._waiting += data
        if len(self._waiting) >= PIECE_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what waits; see ``sendall``."""
        view = memoryview(self._waiting)
        self._waiting = b""
        for start in range(0, len(view), PIECE_BYTES):
            self._send_in_time(view[start : start + PIECE_BYTES])

    def _wait_for_turn(self) -> None:
        try:
            with self._turns:
                gevent.sleep(0)
        except gevent.Timeout as keepalive:
            # The server is late, not the client: it has its whole time for the rest of the request.
            keepalive.start()

    def _send_in_time(self, piece: memoryview) -> None:
        # For all of the piece: gevent counts the time down over the writes that it takes.
        self._sock.settimeout(WRITE_SECONDS)
        try:
            self._sock.sendall(piece)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the client reads too slowly") from None
        finally:
            self._sock.settimeout(None)

    def close(self) -> None:
        """Write what waits, and close the socket."""
        try:
            self.flush()
        finally:
            self._sock.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)
