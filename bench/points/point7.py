"""Point 7: two instances, Redis and nginx on one machine: point 1, then a rolling restart."""

import asyncio

from bench.driver import Crowd, Tally, control, sign_in_all, stats
from bench.points.point1 import COMPANIES, PEOPLE, PER_SECOND, SIGN_IN_SECONDS, rows
from bench.points.point5 import describe
from bench.report import Report, Row
from bench.rolling import Restart, restart_all
from bench.servers import Program, Setup, Stage

# Restarts take processor time from everybody on the same machine, so fewer people come meanwhile.
ROLLING_PEOPLE, ROLLING_PER_SECOND = 1200, 40.0
FIRST_AFTER, PAUSE = 5.0, 5.0


def run(setup: Setup) -> Report:
    """Measure ours; the yardstick knows nothing of a second instance."""
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
        crowd = Crowd(port=proxy.port, companies=COMPANIES)
        tally = asyncio.run(sign_in_all(crowd, count=PEOPLE, per_second=PER_SECOND))
        counted = stats(upstream.port)
        megabytes = sum(page.megabytes() for page in pages)
        rolled, restarts = asyncio.run(_roll(proxy, pages))
    endings = [tally.endings(), rolled.endings()]
    return Report(
        title="Point 7: two instances, Redis and nginx: point 1, then a rolling restart",
        rows=[
            *rows(tally, counted),
            Row(what="memory of both instances", unit="MB", ours=megabytes),
            Row(what="rolling restart: people connected", unit="%", limit=100, rule="at least",
                ours=rolled.connected),
            Row(what="rolling restart: people who saw an error page", limit=0,
                ours=rolled.with_errors),
        ],
        notes=[*(f"Not connected: {text}." for text in endings if text), describe(restarts)],
    )  # fmt: skip


async def _roll(proxy: Program, pages: list[Program]) -> tuple[Tally, list[Restart]]:
    crowd = Crowd(port=proxy.port, companies=COMPANIES)
    rolling = asyncio.create_task(restart_all(pages, first_after=FIRST_AFTER, pause=PAUSE))
    tally = await sign_in_all(crowd, count=ROLLING_PEOPLE, per_second=ROLLING_PER_SECOND)
    return tally, await rolling
