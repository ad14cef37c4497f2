"""Point 3: 500 connections that drip a byte a second or sit idle, without a proxy in front."""

import asyncio
from dataclasses import dataclass
from statistics import median

from bench.driver import Watch, address, percentile
from bench.hostile import KINDS, Hostile
from bench.report import Report, Row
from bench.servers import Program, Setup, Stage

HOSTILES = 500
SECONDS, YARDSTICK_SECONDS = 75.0, 20.0
BOUND_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Siege:
    """What the first page and the hostile clients went through."""

    watch: Watch
    hostiles: list[Hostile]

    def longest(self, *kinds: str) -> float:
        """The longest life of a hostile connection of these kinds, in seconds."""
        return max(max(one.lives) for one in self.hostiles if one.kind in (kinds or KINDS))


def run(setup: Setup) -> Report:
    """Measure ours, then for a shorter time the yardstick, which has no way out."""
    with Stage(setup) as stage:
        upstream = stage.upstream()
        page = stage.page(upstream)
        page.start()
        ours = asyncio.run(_besiege(page, SECONDS))
        page.stop()
        naive = stage.naive(upstream)
        naive.start()
        theirs = asyncio.run(_besiege(naive, YARDSTICK_SECONDS))
    lives = ", ".join(f"{kind} {ours.longest(kind):.0f} s" for kind in KINDS)
    return Report(
        title=f"Point 3: {HOSTILES} connections that drip a byte a second or sit idle",
        rows=_rows(ours, theirs),
        notes=[
            f"Who is dropped comes back at once. Longest lives of ours: {lives}.",
            f"{SECONDS:.0f} s for ours, {YARDSTICK_SECONDS:.0f} s for the yardstick; the entry "
            "page is asked for 20 times a second, with a patience of 10 s.",
        ],
    )


async def _besiege(page: Program, seconds: float) -> Siege:
    hostiles = [
        Hostile(port=page.port, kind=KINDS[number % len(KINDS)], source=address(number))
        for number in range(HOSTILES)
    ]
    tasks = []
    async with Watch(port=page.port) as watch:
        for hostile in hostiles:
            tasks.append(asyncio.create_task(hostile.haunt()))
            await asyncio.sleep(1 / HOSTILES)
        await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return Siege(watch=watch, hostiles=hostiles)


def _rows(ours: Siege, theirs: Siege) -> list[Row]:
    return [
        Row(
            what="entry page, p99", unit="ms", limit=300,
            ours=percentile(ours.watch.milliseconds, 99),
            yardstick=percentile(theirs.watch.milliseconds, 99),
        ),
        Row(
            what="entry page, median", unit="ms",
            ours=median(ours.watch.milliseconds), yardstick=median(theirs.watch.milliseconds),
        ),
        Row(
            what="entry page, failed", unit="%", limit=0,
            ours=_failed(ours.watch), yardstick=_failed(theirs.watch),
        ),
        Row(
            what="longest life of a hostile connection", unit="s", limit=BOUND_SECONDS,
            ours=ours.longest(), yardstick=theirs.longest(),
        ),
    ]  # fmt: skip


def _failed(watch: Watch) -> float:
    return 100 * watch.failures / len(watch.milliseconds)
