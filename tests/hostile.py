"""A server on a raw socket that plays one bad answer, and remembers what it was sent.

A WSGI server would mend most of what is bad here: cut bodies, dripping headers, no answer at all.
"""

import contextlib
import gzip
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# What the server does once it has read a request; the event says that the test is over.
Play = Callable[[socket.socket, threading.Event], None]

_MOST_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it came; names of headers in small letters."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Hostile:
    """The running server: where it is, how often somebody connected, and what came."""

    port: int
    requests: list[Received] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def http(status: str = "200 OK", body: bytes | str = b"", **headers: str) -> bytes:
    """An answer; ``Content-Length`` is right unless given. ``_`` in names stands for ``-``."""
    content = body.encode() if isinstance(body, str) else body
    given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    lines = {"content-type": "application/json", "content-length": str(len(content)), **given}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + content


def say(*answers: bytes) -> Play:
    """Send this, then close."""

    def play(sock: socket.socket, over: threading.Event) -> None:
        sock.sendall(b"".join(answers))

    return play


def drip(text: bytes, *, after: bytes = b"", pause: float = 0.05) -> Play:
    """Send ``after`` at once and ``text`` byte by byte, so that no single wait is long."""

    def play(sock: socket.socket, over: threading.Event) -> None:
        sock.sendall(after)
        for byte in text:
            sock.sendall(bytes([byte]))
            if over.wait(pause):
                return

    return play


def hang(first: bytes = b"") -> Play:
    """Send no more than ``first`` and leave the connection open."""

    def play(sock: socket.socket, over: threading.Event) -> None:
        sock.sendall(first)
        over.wait(_MOST_SECONDS)

    return play


def flood(head: bytes, piece: bytes) -> Play:
    """Send ``head`` and then ``piece`` without end."""

    def play(sock: socket.socket, over: threading.Event) -> None:
        sock.sendall(head)
        while not over.is_set():
            sock.sendall(piece)

    return play


def reset() -> Play:
    """Throw the connection away (RST) instead of closing it."""

    def play(sock: socket.socket, over: threading.Event) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return play


def gzip_bomb(megabytes: int = 64) -> bytes:
    """A small answer that inflates to ``megabytes``."""
    return http(body=gzip.compress(b" " * megabytes * 1024 * 1024), content_encoding="gzip")


@contextlib.contextmanager
def hostile(play: Play, *, reads: bool = True) -> Iterator[Hostile]:
    """Run the server; ``reads=False`` never reads the request it is sent."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Hostile(port=listener.getsockname()[1])
        thread = threading.Thread(target=_accept, args=(listener, server, play, over, reads))
        thread.start()
        try:
            yield server
        finally:
            over.set()
            # Wakes up "accept".
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", server.port), 1).close()
            thread.join(_MOST_SECONDS)


def _accept(
    listener: socket.socket, server: Hostile, play: Play, over: threading.Event, reads: bool
) -> None:
    threads = []
    while True:
        sock = listener.accept()[0]
        if over.is_set():
            sock.close()
            break
        server.connections += 1
        threads.append(threading.Thread(target=_serve, args=(sock, server, play, over, reads)))
        threads[-1].start()
    for thread in threads:
        thread.join(_MOST_SECONDS)


def _serve(
    sock: socket.socket, server: Hostile, play: Play, over: threading.Event, reads: bool
) -> None:
    # The other side leaves in the middle: that is what these plays are for.
    with sock, contextlib.suppress(OSError):
        sock.settimeout(_MOST_SECONDS)
        if reads:
            if (received := _read(sock)) is None:
                return
            server.requests.append(received)
        play(sock, over)


def _read(sock: socket.socket) -> Received | None:
    text = b""
    while b"\r\n\r\n" not in text:
        if not (piece := sock.recv(65536)):
            return None
        text += piece
    head, _, body = text.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    while len(body) < int(headers.get("content-length", "0")):
        if not (piece := sock.recv(65536)):
            return None
        body += piece
    return Received(method=method, target=target, headers=headers, body=body)
