"""Clients that hold on to a server: they drip a byte a second, or send nothing at all.

Each comes back as soon as it is dropped, from an address of its own, so their number stays.
"""

import asyncio
import time
from dataclasses import dataclass, field

KINDS = ("drips headers", "drips a body", "idle")

_BYTE_SECONDS = 1.0
_PROMISED_BYTES = 20_000


@dataclass(kw_only=True)
class Hostile:
    """One such client.

    :ivar lives: seconds that each of its connections lasted until the server closed it.
    """

    port: int
    kind: str
    source: str
    lives: list[float] = field(default_factory=list)

    async def haunt(self) -> None:
        """Go on until cancelled; what is open then counts as a life so far."""
        while True:
            began = time.monotonic()
            try:
                await self._hold_on()
            except OSError:
                # Not let in, or thrown out.
                await asyncio.sleep(_BYTE_SECONDS)
            finally:
                self.lives.append(time.monotonic() - began)

    async def _hold_on(self) -> None:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(self.source, 0)
        )
        try:
            head, drip = self._plan()
            writer.write(head)
            position = 0
            while True:
                if drip:
                    writer.write(drip[position % len(drip) :][:1])
                    position += 1
                try:
                    async with asyncio.timeout(_BYTE_SECONDS):
                        if not await reader.read(65_536):
                            return
                except TimeoutError:
                    continue
        finally:
            writer.close()

    def _plan(self) -> tuple[bytes, bytes]:
        """What is sent at once, and what drips, over and over."""
        host = f"Host: 127.0.0.1:{self.port}\r\n"
        if self.kind == "drips headers":
            return b"GET / HTTP/1.1\r\n" + host.encode(), b"X-Slow: very slow\r\n"
        if self.kind == "drips a body":
            head = (
                f"POST / HTTP/1.1\r\n{host}Content-Length: {_PROMISED_BYTES}\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
            )
            return head.encode(), b"email=a&"
        return b"", b""
