"""One bounded HTTP request to a server that is not ours; ``http_connection`` is the part below.

httpx 0.28 is frozen, and only these two modules know it. Its gaps are closed here, each measured:
its time limits start again with every read, compressed answers may inflate without bound, and a
shared pool may reuse a connection that the other side has just closed, which leaves it open whether
a password was delivered. Every call therefore gets a connection of its own, one deadline for
everything, and a cap on what it reads. Redirects are not followed: they would carry passwords.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypedDict, Unpack

import httpx

from latchkey.infra.error_frames import forget_frames
from latchkey.infra.errors import BadAnswer, NotSent, OutcomeUnknown
from latchkey.infra.freed_memory import PYTHONS_OWN
from latchkey.infra.http_connection import (
    CONNECT_SECONDS,
    MakeTransport,
    SendSlot,
    make_request,
    network,
)
from latchkey.infra.no_connection import why_no_connection
from latchkey.infra.upstream_call import UpstreamCall

MAX_BYTES = 256 * 1024
_JSON = "application/json"
_UNNAMED = UpstreamCall("other")

_UNSENT = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol,
    httpx.LocalProtocolError, httpx.InvalidURL,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: status, headers (names in small letters), body in bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Sent(TypedDict, total=False):
    """What goes out; ``content`` does so byte for byte, for what is signed."""

    headers: Mapping[str, str] | None
    params: Mapping[str, str] | None
    json: Any
    form: Mapping[str, str]
    content: bytes


class HttpClient:
    """Sends requests; safe to share between threads.

    :param transport: replaces the network, for the sandbox and for tests.
    :param max_bytes: the longest answer that is read.
    :param public_only: connect to no address that means something only inside one network.
    """

    def __init__(
        self,
        *,
        transport: httpx.BaseTransport | None = None,
        max_bytes: int = MAX_BYTES,
        public_only: bool = False,
    ) -> None:
        self._transport = _replaced(transport) if transport else network(public_only)
        self._max_bytes = max_bytes

    def send(
        self,
        method: str,
        url: str,
        *,
        call: UpstreamCall = _UNNAMED,
        seconds: float,
        send_slot: SendSlot = nullcontext,
        **sent: Unpack[Sent],
    ) -> Answer:
        """Send one request and read the whole answer, all within ``seconds``.

        A connection that cannot be made is tried once more, as nothing was sent by then.

        :param call: which metrics it counts in.
        :param send_slot: makes the context to send the first byte in; it may wait for its moment.
        :raises NotSent: no connection.
        :raises OutcomeUnknown: time was up, or the connection broke, after sending had begun.
        :raises BadAnswer: redirect, compression that was not asked for, or too many bytes.
        """
        began = time.monotonic()
        once = partial(self._once, method, url, began + seconds, _parts(sent), send_slot)
        with call.timed() as answered:
            answer = _twice(once, until=began + min(CONNECT_SECONDS, seconds))
            answered(answer.status)
        return answer

    def _once(
        self, method: str, url: str, deadline: float, parts: dict[str, Any], send_slot: SendSlot
    ) -> Answer:
        left = deadline - time.monotonic()
        if left <= 0:
            raise NotSent("no time left")
        try:
            with (
                self._transport(deadline, send_slot) as transport,
                closing(
                    transport.handle_request(make_request(method, url, left, parts))
                ) as response,
            ):
                return _read(response, deadline, self._max_bytes)
        except _UNSENT as error:
            failure: NotSent | OutcomeUnknown = NotSent(why_no_connection(error))
            forget_frames(error)
        except (httpx.HTTPError, OSError) as error:
            failure = OutcomeUnknown(type(error).__name__)
            forget_frames(error)
        # Raised out here, without a context: httpx's exceptions carry the request and the password.
        try:
            raise failure
        finally:
            del failure  # else it and this frame hold on to each other, and to the password


def _twice(once: Callable[[], Answer], *, until: float) -> Answer:
    """Try again what could not be sent, unless that took as long as a connection may take."""
    try:
        return once()
    except NotSent:
        if time.monotonic() >= until:
            raise
    return once()


def _parts(sent: Sent) -> dict[str, Any]:
    """What goes out, as httpx names it."""
    parts: dict[str, Any] = {
        "data" if name == "form" else name: part for name, part in sent.items()
    }
    if (value := parts.pop("json", None)) is not None:
        parts["content"] = _packed(value)
        parts["headers"] = {**(parts.get("headers") or {}), "Content-Type": _JSON}
    return parts


def _packed(value: Any) -> bytes:
    """JSON with blanks at its end: so long that the C library overwrites it when it is freed."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.ljust(2 * PYTHONS_OWN).encode()


def _read(response: httpx.Response, deadline: float, max_bytes: int) -> Answer:
    if response.is_redirect:
        raise BadAnswer(f"{response.status_code} redirect")
    # Inflating is where a small answer becomes a large one (200 KB gave 128 MiB).
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise BadAnswer(f"{response.status_code} compressed")
    body = b""
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise BadAnswer(f"{response.status_code} too large")
        if time.monotonic() > deadline:
            raise OutcomeUnknown("deadline")
    return Answer(status=response.status_code, headers=dict(response.headers), body=body)


def _replaced(transport: httpx.BaseTransport) -> MakeTransport:
    def make(deadline: float, send_slot: SendSlot) -> httpx.BaseTransport:
        with send_slot():
            return transport

    return make
