"""gunicorn's gevent worker with what it lacks: a limit for slow bodies, a stop that is kind."""

import errno
import math
import time
from types import FrameType
from typing import Any

import gevent
from gevent.lock import Semaphore
from gevent.server import StreamServer
from gunicorn.workers import ggevent

# The longest that a client may take to send the body of a form; headers have `keepalive`.
BODY_SECONDS = 15.0
# The longest that people may still come in after the server was told to stop.
_LAST_CALL_SECONDS = 30.0
# A sign-in ends with a redirect; the page it leads to is asked for within this time.
_NEXT_PAGE_SECONDS = 1.0


class _Body:
    """A request's body that has to arrive in time, however steadily its bytes drip in."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self._deadline = math.inf

    def read(self, size: int | None = None) -> bytes:
        return bytes(self._in_time(self._body.read, size))

    def readline(self, size: int | None = None) -> bytes:
        return bytes(self._in_time(self._body.readline, size))

    def _in_time(self, read: Any, size: int | None) -> Any:
        if self._deadline == math.inf:
            self._deadline = time.monotonic() + BODY_SECONDS
        late = gevent.Timeout(max(0.0, self._deadline - time.monotonic()))
        try:
            with late:
                return read(size)
        except gevent.Timeout as timeout:
            if timeout is not late:
                raise
        # Both Flask and gunicorn know this as a client that went away.
        raise ConnectionResetError(errno.ECONNRESET, "the body came too slowly")


class _Connection:
    """A client's socket on which forms take turns.

    A form costs more than a page, so when a thousand of them arrive together they begin one after
    another, and whoever asks for a page is served in between.
    """

    def __init__(self, sock: Any, turns: Semaphore) -> None:
        self._sock = sock
        self._turns = turns

    def recv(self, size: int) -> bytes:
        data = bytes(self._sock.recv(size))
        if data.startswith(b"POST "):
            with self._turns:
                gevent.sleep(0)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class _Server(StreamServer):  # type: ignore[misc]
    """Takes everybody in who knocked before it closes: the kernel would turn them away."""

    def close(self) -> None:
        self.stop_accepting()
        while (accepted := self.do_read()) is not None:
            self.do_handle(*accepted)
        super().close()


# The worker has no other way to be given a server of one's own.
ggevent.StreamServer = _Server


class Worker(ggevent.GeventWorker):  # type: ignore[misc]
    """Told to stop, it goes on for those whose request is under way, and for their next page.

    Whoever comes later finds the door closed only then, so a single instance behind a proxy can be
    restarted without a broken sign-in.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._under_way: set[int] = set()
        self._turns = Semaphore()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection."""
        super().handle(listener, _Connection(client, self._turns), addr)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Answer one request, after everybody else had a turn.

        gevent would go on with a client whose next request is there already, and again.
        """
        gevent.sleep(0)
        req.body = _Body(req.body)
        self._under_way.add(id(req))
        try:
            super().handle_request(listener_name, req, sock, addr)
        finally:
            self._under_way.discard(id(req))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop (SIGTERM), but not at once."""
        gevent.spawn(self._last_call)

    def _last_call(self) -> None:
        waiting = frozenset(self._under_way)
        with gevent.Timeout(_LAST_CALL_SECONDS, False):
            while waiting & self._under_way:
                gevent.sleep(0.05)
            if waiting:
                gevent.sleep(_NEXT_PAGE_SECONDS)
        self.alive = False
