"""gunicorn's gevent worker: fair between clients, and with a graceful stop."""

from types import FrameType
from typing import Any, NamedTuple

import gevent
from gevent.lock import Semaphore
from gevent.server import StreamServer
from gunicorn.http.errors import InvalidHeader
from gunicorn.workers import ggevent

from latchkey.infra.freed_memory import overwrite_freed
from latchkey.operator.serving.body import Body
from latchkey.operator.serving.clients import Clients
from latchkey.operator.serving.connection import Connection
from latchkey.operator.serving.refusal import refuse

# The longest that people may still come in after SIGTERM.
_LAST_CALL_SECONDS = 30.0
# A sign-in ends with a redirect; the page it leads to is asked for within this time.
_NEXT_PAGE_SECONDS = 1.0
# Connections that a worker takes at a time. With gunicorn's 1 a crowd waits, as the worker serves
# all whom it has before it takes the next. With gevent's 100, one worker would take a whole crowd.
_ACCEPTED_AT_A_TIME = 8
# Browsers send no request before the answer to the one before it. Some tools do, a few at a time.
MOST_PIPELINED = 16


class _Server(StreamServer):  # type: ignore[misc]
    """Accepts a few connections at a time.

    Before it closes, it accepts all that came: the kernel would reset them.
    """

    def start(self) -> None:
        self.max_accept = _ACCEPTED_AT_A_TIME
        super().start()

    def close(self) -> None:
        self.stop_accepting()
        while (accepted := self.do_read()) is not None:
            self.do_handle(*accepted)
        super().close()


# The worker has no other way to be given a server of its own.
ggevent.StreamServer = _Server


class _Listener(NamedTuple):
    """What gunicorn asks of the listening socket, which may be closed before its last are served.

    :ivar name: its address.
    """

    name: Any

    def getsockname(self) -> Any:
        """Return the address, as a socket does."""
        return self.name


class Worker(ggevent.GeventWorker):  # type: ignore[misc]
    """Stops only after the requests that are under way, and the next page of those people.

    Requests that come later find the door closed only then, so a single instance behind a proxy can
    be restarted without a broken sign-in.

    :cvar connections_share: part of all connections that one client may have; 1 behind a proxy,
        whose connections are those of all people.
    """

    connections_share = 0.5

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listeners: dict[Any, _Listener] = {}
        self._under_way: set[int] = set()
        self._turns = Semaphore()
        self._clients = Clients(int(self.worker_connections * self.connections_share))

    def run(self) -> None:
        """Serve until the worker has to stop."""
        self._listeners = {sock: _Listener(sock.getsockname()) for sock in self.sockets}
        super().run()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection."""
        with self._clients.connected(addr[0]) as welcome:
            if welcome:
                connection = Connection(client, self._turns)
                super().handle(self._listeners[listener], connection, addr)
                return
            try:
                refuse(client, 503)
            except OSError:
                self.log.debug("A connection that was refused is gone.")
            finally:
                client.close()

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Answer one request, after all others had a turn.

        gevent would go on with a client whose next request is there already, and again.

        :raises InvalidHeader: it does not say once which host it is for (RFC 9112, 3.2).
        """
        gevent.sleep(0)
        hosts = sum(name == "HOST" for name, _ in req.headers)
        if hosts > 1 or (hosts == 0 and req.version >= (1, 1)):
            raise InvalidHeader("HOST")
        if _has_body(req):
            req.body = Body(req.body, give_up=req.force_close)
        else:
            _limit_pipelining(req, sock)
        self._under_way.add(id(req))
        try:
            super().handle_request(listener_name, req, sock, addr)
            sock.flush()
        finally:
            self._under_way.discard(id(req))
            if length := _body_length(req):
                overwrite_freed(length)

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


def _has_body(req: Any) -> bool:
    return any(name in ("CONTENT-LENGTH", "TRANSFER-ENCODING") for name, _ in req.headers)


def _body_length(req: Any) -> int:
    lengths = (value for name, value in req.headers if name == "CONTENT-LENGTH")
    return int(next(lengths, 0))


def _limit_pipelining(req: Any, sock: Connection) -> None:
    """Have the connection closed after this answer when too many requests came ahead of theirs."""
    if req.unreader.buf.getbuffer().nbytes:
        sock.pipelined += 1
    if sock.pipelined > MOST_PIPELINED:
        req.force_close()
