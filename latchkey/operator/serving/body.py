"""A request's body that has to arrive in time, and whole."""

import errno
import math
import time
from collections.abc import Callable
from typing import Any

import gevent
from gunicorn.http.errors import ParseException

# The longest that a client may take to send the body of a form; headers have `keepalive`.
BODY_SECONDS = 15.0


class Body:
    """Replaces gunicorn's body of a request.

    What cannot be read looks like a client that went away, which Flask answers with 400. Where the
    next request would begin is unknown then, so the connection ends with that answer.

    :param give_up: has the connection closed after the answer.
    """

    def __init__(self, body: Any, give_up: Callable[[], None]) -> None:
        self._body = body
        self._give_up = give_up
        self._deadline = math.inf

    @property
    def failed(self) -> bool:
        """Whether reading failed; gunicorn asks this before it reads the next request."""
        return bool(self._body.failed)

    def read(self, size: int | None = None) -> bytes:
        """Read at most ``size`` bytes.

        :raises ConnectionResetError: the body is broken, cut off, or too slow.
        """
        return self._in_time(self._body.read, size)

    def readline(self, size: int | None = None) -> bytes:
        """Read a line of at most ``size`` bytes, see ``read``."""
        return self._in_time(self._body.readline, size)

    def _in_time(self, read: Callable[[int | None], bytes], size: int | None) -> bytes:
        if self._deadline == math.inf:
            self._deadline = time.monotonic() + BODY_SECONDS
        late = gevent.Timeout(max(0.0, self._deadline - time.monotonic()))
        try:
            with late:
                return bytes(read(size))
        except (ParseException, OSError):
            reason = "the body is broken or cut off"
        except gevent.Timeout as timeout:
            if timeout is not late:
                raise
            reason = "the body came too slowly"
        self._body.failed = True
        self._give_up()
        raise ConnectionResetError(errno.ECONNRESET, reason)
