"""Point 7: two instances, Redis and nginx on one machine: point 1 with a rolling restart in it."""

import asyncio

from bench.driver import Crowd, Tally, control, sign_in_all, stats
from bench.points.point1 import COMPANIES, PEOPLE, PER_SECOND, SIGN_IN_SECONDS, rows
from bench.points.point5 import describe
from bench.report import Report, Row
from bench.rolling import Restart, restart_all
from bench.servers import Program, Setup, Stage

FIRST_AFTER, PAUSE = 15.0, 10.0


def run(setup: Setup) -> Report:
    """Measure ours; the yardstick knows nothing of restarts."""
    with Stage(setup) as stage:
        upstream, redis = stage.upstream(), stage.redis()
        redis.start()
        shared = {"REDIS_URL": f"redis://127.0.0.1:{redis.port}/0", "TRUSTED_PROXIES": "1"}
        pages = [stage.page(upstream, name=name, **shared) for name in ("first", "second")]
        for page in pages:
            page.start()
        proxy = stage.nginx(*pages)
        proxy.start()
        control(upstream.port, forget=True, sign_in_seconds=SIGN_IN_SECONDS)
        tally, restarts = asyncio.run(_roll(proxy, pages))
        counted = stats(upstream.port)
        megabytes = sum(page.megabytes() for page in pages)
    endings = tally.endings()
    return Report(
        title="Point 7: point 1 with two instances, Redis and nginx, and a rolling restart",
        rows=[
            *rows(tally, counted),
            Row(what="memory of both instances at the end", unit="MB", ours=megabytes),
        ],
        notes=[f"Not connected: {endings}." if endings else "", describe(restarts)],
    )


async def _roll(proxy: Program, pages: list[Program]) -> tuple[Tally, list[Restart]]:
    crowd = Crowd(port=proxy.port, companies=COMPANIES)
    rolling = asyncio.create_task(restart_all(pages, first_after=FIRST_AFTER, pause=PAUSE))
    tally = await sign_in_all(crowd, count=PEOPLE, per_second=PER_SECOND)
    return tally, await rolling
