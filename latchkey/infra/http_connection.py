"""A connection for one HTTP request: it knows its deadline, and when its first byte may be sent."""

import os
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

import httpcore
import httpx
from httpcore._backends.sync import SyncStream

from latchkey.infra import tcp
from latchkey.infra.ip_addresses import is_public

# Makes the context to send the first byte in; it may wait for its moment.
SendSlot = Callable[[], AbstractContextManager[None]]
# Takes the deadline of a request.
MakeTransport = Callable[[float, SendSlot], httpx.BaseTransport]

CONNECT_SECONDS = 5.0
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Connection": "keep-alive",
    "User-Agent": f"python-httpx/{httpx.__version__}",
}


def make_request(method: str, url: str, seconds: float, parts: Mapping[str, Any]) -> httpx.Request:
    """Make what a transport sends.

    Without ``httpx.Client``, which adds cookies, redirects, and the host's proxy variables: those
    must not decide where passwords travel.

    :param seconds: the longest wait for each step.
    """
    headers = httpx.Headers(_HEADERS)
    headers.update(parts.get("headers"))
    timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
    extensions = {"timeout": timeout.as_dict()}
    return httpx.Request(method, url, **{**parts, "headers": headers, "extensions": extensions})


def network(public_only: bool) -> MakeTransport:
    """Make what makes the transport of one request.

    :param public_only: connect to no address that means something only inside one network.
    """
    tls = _trusting(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return lambda deadline, send_slot: _BoundedTransport(
        tls, deadline, send_slot, public_only=public_only
    )


@cache
def _trusting(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """One context for all clients: reading the certificates takes as long as all else of a start.

    The parameters are what httpx reads the certificates from.
    """
    return httpx.create_ssl_context()


class _BoundedTransport(httpx.HTTPTransport):
    """httpx's own transport, for one request, on a connection that knows its deadline."""

    def __init__(
        self, tls: ssl.SSLContext, deadline: float, send_slot: SendSlot, *, public_only: bool
    ) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=1,
            network_backend=_Backend(deadline, send_slot, public_only=public_only),
        )


class _Backend(httpcore.SyncBackend):
    def __init__(self, deadline: float, send_slot: SendSlot, *, public_only: bool) -> None:
        self._deadline = deadline
        self._send_slot = send_slot
        self._public_only = public_only

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any
    ) -> httpcore.NetworkStream:
        seconds = CONNECT_SECONDS if timeout is None else timeout
        try:
            # httpcore has no public name for a stream on a socket that was connected elsewhere.
            stream = SyncStream(tcp.connect(host, port, seconds=seconds, deadline=self._deadline))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(error) from error
        except OSError as error:
            raise httpcore.ConnectError(error) from error
        # The address that was taken counts: a second look at DNS may give another (rebinding).
        if self._public_only and not is_public(stream.get_extra_info("server_addr")[0]):
            stream.close()
            raise httpcore.ConnectError("private address")
        return _Stream(stream, self._deadline, self._send_slot)


class _Stream(httpcore.NetworkStream):
    """A socket that gives up at the deadline, however steadily bytes drip in (httpx would not)."""

    def __init__(
        self, stream: httpcore.NetworkStream, deadline: float, send_slot: SendSlot
    ) -> None:
        self._stream = stream
        self._deadline = deadline
        self._send_slot = send_slot

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, left)

    def start_tls(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        left = self._deadline - time.monotonic()
        if left <= 0:
            self.close()
            raise httpcore.ConnectTimeout("no time left for TLS")
        # TLS writes for itself, so the first write of a stream is the request's.
        stream = self._stream.start_tls(*args, **{**kwargs, "timeout": min(CONNECT_SECONDS, left)})
        return _Stream(stream, self._deadline, self._send_slot)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        send_slot, self._send_slot = self._send_slot, nullcontext
        with send_slot():
            left = self._deadline - time.monotonic()
            if left <= 0:
                # As if there were no connection: nothing was sent.
                raise httpcore.ConnectTimeout("no time left to send")
            self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
