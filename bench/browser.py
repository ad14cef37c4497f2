"""HTTP as the browser of one person speaks it, at little cost for the machine that it shares.

One connection that is kept alive, cookies, and what browsers do when the server closes a connection
just as they send on it: without a byte of an answer, they send once more on a new connection
(Chromium, HttpNetworkTransaction::ShouldResendRequest: only where the connection was used before).
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

_HEADERS = (
    "User-Agent: Mozilla/5.0 (benchmark)\r\n"
    "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.7\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Dest: document\r\n"
)


class Lost(Exception):
    """There was no answer: refused, broken off, or slower than the person's patience."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: status, headers (names in small letters, the last of a name), text."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(kw_only=True)
class Browser:
    """The browser of one person.

    :ivar source: address on this machine (127.0.0.0/8) that the connection comes from.
    :ivar patience: seconds until the person gives up waiting for an answer.
    """

    port: int
    source: str = "127.0.0.1"
    patience: float = 150.0
    cookies: dict[str, str] = field(default_factory=dict)

    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def get(self, path: str) -> Answer:
        """Fetch a page; redirects are the caller's business."""
        return await self._patiently("GET", path, b"")

    async def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """Send a form."""
        return await self._patiently("POST", path, urlencode(form).encode())

    def close(self) -> None:
        """Let go of the connection."""
        if self._writer:
            self._writer.close()
        self._reader = self._writer = None

    async def _patiently(self, method: str, path: str, body: bytes) -> Answer:
        try:
            async with asyncio.timeout(self.patience):
                return await self._send(method, path, body)
        except TimeoutError:
            self.close()
            raise Lost("no patience left") from None
        except asyncio.CancelledError:
            self.close()
            raise

    async def _send(self, method: str, path: str, body: bytes) -> Answer:
        reused = await self._connected()
        try:
            return await self._exchange(method, path, body)
        except (OSError, EOFError) as error:
            self.close()
            nothing_came = not getattr(error, "partial", b"")
            if reused and nothing_came:
                return await self._send(method, path, body)
            raise Lost(f"{method}: {type(error).__name__}") from None

    async def _connected(self) -> bool:
        """Have a connection, and tell whether it was there before."""
        if self._reader and self._writer:
            if not (self._reader.at_eof() or self._writer.is_closing()):
                return True
            self.close()
        try:
            self._reader, self._writer = await asyncio.open_connection(
                "127.0.0.1", self.port, local_addr=(self.source, 0)
            )
        except OSError as error:
            raise Lost(type(error).__name__) from None
        return False

    async def _exchange(self, method: str, path: str, body: bytes) -> Answer:
        assert self._reader  # noqa: S101 (for the type checker)
        assert self._writer  # noqa: S101 (for the type checker)
        self._writer.write(self._request(method, path, body))
        head = await self._reader.readuntil(b"\r\n\r\n")
        status, headers = self._read_head(head.decode("latin-1"))
        if "content-length" in headers:
            content = await self._reader.readexactly(int(headers["content-length"]))
        else:
            content = await self._reader.read()
        if "content-length" not in headers or headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status=status, headers=headers, text=content.decode())

    def _request(self, method: str, path: str, body: bytes) -> bytes:
        host = f"127.0.0.1:{self.port}"
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{_HEADERS}"
        if self.cookies:
            head += f"Cookie: {self._cookie_header()}\r\n"
        if method == "POST":
            head += f"Origin: http://{host}\r\nContent-Length: {len(body)}\r\n"
            head += "Content-Type: application/x-www-form-urlencoded\r\n"
        return f"{head}\r\n".encode() + body

    def _cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _read_head(self, head: str) -> tuple[int, dict[str, str]]:
        first, *lines = head.rstrip("\r\n").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            name, value = name.lower(), value.strip()
            headers[name] = value
            if name == "set-cookie":
                self._keep(value)
        return int(first.split(" ", 2)[1]), headers

    def _keep(self, cookie: str) -> None:
        pair, *attributes = cookie.split(";")
        name, _, value = pair.partition("=")
        if any(attribute.strip().lower() == "max-age=0" for attribute in attributes):
            with contextlib.suppress(KeyError):
                del self.cookies[name]
        else:
            self.cookies[name] = value
