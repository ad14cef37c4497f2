"""A stand-in for Nylas in a process of its own: its delays, its limits, and who called when.

Shapes: Nylas API reference of v3 (providers/detect, connectors, connect/custom, grants). Limits:
20 detections a minute and 50 authentications a second for one application, both counted here over
any stretch of that length, which is stricter than counting by the clock.
"""

import argparse
import asyncio
import bisect
import contextlib
import dataclasses
import gc
import os
import time
import uuid
from typing import Any

from aiohttp import web

API_KEY = "nyk_v0_key-of-the-benchmark"
HANG_SECONDS = 120.0  # Nylas ends a request after that long, by its command line tool

_CONNECTORS = ("google", "microsoft", "yahoo", "icloud", "imap", "ews", "zoom")
_KNOWN = {"gmail.com": "google", "outlook.com": "microsoft", "icloud.com": "icloud"}
_MINUTE = 60.0
_SECOND = 1.0


@dataclasses.dataclass(kw_only=True)
class Rules:
    """How the stand-in behaves; every field can be set through ``/bench/control``.

    :ivar detects_per_minute: 0 lifts the limit.
    :ivar sign_ins_per_second: 0 lifts the limit.
    :ivar hanging: calls to connect/custom that arrive from now on end after two minutes, in a 504.
    """

    detect_seconds: float = 0.1
    sign_in_seconds: float = 2.0
    detects_per_minute: int = 20
    sign_ins_per_second: int = 50
    hanging: bool = False


@dataclasses.dataclass
class Calls:
    """When calls of one kind arrived, and how many of them were refused."""

    arrivals: list[float] = dataclasses.field(default_factory=list)
    granted: list[float] = dataclasses.field(default_factory=list)
    refused: int = 0

    def admit(self, limit: int, seconds: float) -> bool:
        """Note a call, and tell whether it is among the ``limit`` of the last ``seconds``."""
        now = time.monotonic()
        self.arrivals.append(now)
        recent = len(self.granted) - bisect.bisect_right(self.granted, now - seconds)
        if limit and recent >= limit:
            self.refused += 1
            return False
        self.granted.append(now)
        return True


def most_within(arrivals: list[float], seconds: float) -> int:
    """The most arrivals in any stretch of ``seconds``, whenever it begins; its end is not in it."""
    most = first = 0
    for last, moment in enumerate(arrivals):
        while moment - arrivals[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


class HttpClient:
    """The stand-in's state and its answers."""

    def __init__(self) -> None:
        self._rules = Rules()
        self._grants: dict[str, dict[str, Any]] = {}
        self._forget()

    def application(self) -> web.Application:
        """The routes."""
        app = web.Application(middlewares=[_check_key])
        app.router.add_get("/v3/connectors", self._list_connectors)
        app.router.add_get("/v3/applications", self._show_application)
        app.router.add_get("/v3/grants", self._list_grants)
        app.router.add_post("/v3/providers/detect", self._detect)
        app.router.add_post("/v3/connect/custom", self._connect)
        app.router.add_post("/bench/control", self._control)
        app.router.add_get("/bench/stats", self._stats)
        return app

    def _forget(self) -> None:
        self._detects, self._sign_ins = Calls(), Calls()
        self._under_way = self._most_under_way = 0
        self._grants.clear()

    async def _list_connectors(self, _: web.Request) -> web.Response:
        return _answer([{"name": key, "provider": key, "scope": []} for key in _CONNECTORS])

    async def _show_application(self, _: web.Request) -> web.Response:
        return _answer({"application_id": "application-of-the-benchmark", "region": "us"})

    async def _list_grants(self, request: web.Request) -> web.Response:
        grant = self._grants.get(request.query.get("email", ""))
        return _answer([grant] if grant else [])

    async def _detect(self, request: web.Request) -> web.Response:
        if not self._detects.admit(self._rules.detects_per_minute, _MINUTE):
            return _rate_limited()
        await asyncio.sleep(self._rules.detect_seconds)
        email = request.query["email"]
        provider = _KNOWN.get(email.rpartition("@")[2], "imap")
        kind = {"type": "generic"} if provider == "imap" else {}
        return _answer({"email_address": email, "detected": True, "provider": provider, **kind})

    async def _connect(self, request: web.Request) -> web.Response:
        if not self._sign_ins.admit(self._rules.sign_ins_per_second, _SECOND):
            return _rate_limited()
        self._under_way += 1
        self._most_under_way = max(self._most_under_way, self._under_way)
        try:
            return await self._sign_in(await request.json())
        finally:
            self._under_way -= 1

    async def _sign_in(self, body: dict[str, Any]) -> web.Response:
        if self._rules.hanging:
            await asyncio.sleep(HANG_SECONDS)
            return web.Response(status=504)
        await asyncio.sleep(self._rules.sign_in_seconds)
        settings, now = body["settings"], int(time.time())
        names = ("imap_username", "email", "username")
        email = next((settings[name] for name in names if name in settings), "")
        grant = {
            "id": str(uuid.uuid4()), "provider": body["provider"], "email": email, "scope": [],
            "grant_status": "valid", "created_at": now, "updated_at": now,
        }  # fmt: skip
        self._grants[email] = grant
        return _answer(grant, status=201)

    async def _control(self, request: web.Request) -> web.Response:
        """Change rules; ``{"forget": true}`` begins a new count."""
        wanted = await request.json()
        if wanted.pop("forget", False):
            self._forget()
        self._rules = dataclasses.replace(self._rules, **wanted)
        return web.json_response(dataclasses.asdict(self._rules))

    async def _stats(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "detects": len(self._detects.arrivals),
                "detects_refused": self._detects.refused,
                "most_detects_in_a_minute": most_within(self._detects.arrivals, _MINUTE),
                "sign_ins": len(self._sign_ins.arrivals),
                "sign_ins_refused": self._sign_ins.refused,
                "most_sign_ins_in_a_second": most_within(self._sign_ins.arrivals, _SECOND),
                "under_way": self._under_way,
                "most_under_way": self._most_under_way,
                "grants": len(self._grants),
            }
        )


@web.middleware
async def _check_key(request: web.Request, handler: Any) -> web.StreamResponse:
    ours = request.path.startswith("/bench/")
    if not ours and request.headers.get("Authorization") != f"Bearer {API_KEY}":
        return _refusal(401, "token.unauthorized_access", "Unauthorized")
    answer: web.StreamResponse = await handler(request)
    return answer


def _answer(data: Any, *, status: int = 200) -> web.Response:
    return web.json_response({"request_id": str(uuid.uuid4()), "data": data}, status=status)


def _refusal(status: int, kind: str, message: str) -> web.Response:
    error = {"type": kind, "message": message}
    return web.json_response({"request_id": str(uuid.uuid4()), "error": error}, status=status)


def _rate_limited() -> web.Response:
    return _refusal(429, "api.rate_limit_error", "Too many requests")


def _come_first() -> None:
    """Note calls when they arrive, as a machine of one's own would.

    The programs that are measured share this machine's cores; without this, calls were noted up to
    20 ms late, and so as one second's that were sent in two.
    """
    gc.disable()
    # Only root may.
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def main() -> None:
    """Serve on the port of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    port = parser.parse_args().port
    _come_first()
    web.run_app(
        HttpClient().application(), host="127.0.0.1", port=port, backlog=4096,
        access_log=None, print=None, shutdown_timeout=0.1,
    )  # fmt: skip


if __name__ == "__main__":
    main()
