"""Counts what programs ask of a Redis."""

import socket
import threading


class Monitor:
    """Counts commands from its start to its end, by ``MONITOR``.

    What a script does inside Redis is no command: it costs no way there and back.
    """

    def __init__(self, port: int) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port), 5)
        self._connection.settimeout(None)
        self._thread = threading.Thread(target=self._read)
        self.commands = 0

    def __enter__(self) -> "Monitor":
        self._connection.sendall(b"MONITOR\r\n")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()

    def _read(self) -> None:
        with self._connection.makefile("rb") as lines:
            self.commands = sum(b" lua] " not in line for line in lines if line != b"+OK\r\n")
