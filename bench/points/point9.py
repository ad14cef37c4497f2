"""Point 9: 1,000 people arrive at one instant and walk all pages, 5 s upstream, pace lifted."""

import asyncio
import time
from dataclasses import dataclass

from bench.driver import Crowd, Tally, control, percentile
from bench.points.point8 import EARLIER
from bench.report import Report, Row, beside
from bench.servers import Program, Setup, Stage

PEOPLE = 1000
SIGN_IN_SECONDS = 5.0
_UNHINDERED = {
    "NYLAS_SIGN_INS_PER_SECOND": "10000",
    "NYLAS_DETECTS_PER_MINUTE": "10000",
    # The driver is a few hundred clients, fewer than in life.
    "LIMITS": "off",
}


@dataclass(kw_only=True)
class Rush:
    """How it went; ``seconds`` from the first request to the last confirmation."""

    tally: Tally
    seconds: float


def run(setup: Setup) -> Report:
    """Measure one process, the earlier page in one process, then two processes with Redis."""
    with Stage(setup) as stage:
        upstream = stage.upstream()
        one = {**_UNHINDERED, "WEB_CONCURRENCY": "1"}
        ours = _measure(stage.page(upstream, **one), upstream)
        theirs = _measure(stage.earlier(upstream, EARLIER, **one), upstream)
        redis = stage.redis()
        redis.start()
        two = {
            **_UNHINDERED,
            "WEB_CONCURRENCY": "2",
            "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
        }
        both = _measure(stage.page(upstream, name="two", **two), upstream)
    return Report(
        title=f"Point 9: {PEOPLE:,} people at one instant, beside commit {EARLIER}",
        rows=[*beside(_rows(ours, "one process"), _rows(theirs, "one process")),
              *_rows(both, "two with Redis")],
        notes=[f"Not connected: {text}." for rush in (ours, theirs, both)
               if (text := rush.tally.endings())],
    )  # fmt: skip


def _measure(page: Program, upstream: Program) -> Rush:
    control(
        upstream.port, forget=True, sign_in_seconds=SIGN_IN_SECONDS,
        sign_ins_per_second=0, detects_per_minute=0,
    )  # fmt: skip
    page.start()
    rush = asyncio.run(_rush(page))
    page.stop()
    return rush


async def _rush(page: Program) -> Rush:
    crowd = Crowd(port=page.port, companies=PEOPLE // 3)
    began = time.monotonic()
    journeys = await asyncio.gather(*(crowd.person(number).walk() for number in range(PEOPLE)))
    return Rush(tally=Tally(journeys=list(journeys)), seconds=time.monotonic() - began)


def _rows(rush: Rush, deployed: str) -> list[Row]:
    return [
        Row(what=f"{deployed}: people connected", unit="%", limit=100, rule="at least",
            ours=rush.tally.connected),
        Row(what=f"{deployed}: until all were through", unit="s", ours=rush.seconds),
        Row(what=f"{deployed}: entry page, p99", unit="ms",
            ours=percentile(rush.tally.page("GET /"), 99)),
    ]  # fmt: skip
