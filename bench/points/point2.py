"""Point 2: 1,000 sign-ins in flight at once, 5 s upstream.

People read and type before they press the button, so everybody has the form already when all of
them send it at the same moment.
"""

import asyncio
import time
from dataclasses import dataclass, field

from bench.driver import Crowd, Tally, Watch, control, percentile, send, stats
from bench.report import Report, Row
from bench.servers import Program, Setup, Stage

SIGN_IN_SECONDS = 5.0
PEOPLE, COMPANIES = 1000, 334
YARDSTICK_PEOPLE = 50
MOST_TIMES = 1.6
ARRIVALS_PER_SECOND = 60.0


@dataclass(kw_only=True)
class Burst:
    """What happened when everybody sent the form.

    :ivar seconds: from the first form sent to the last confirmation.
    """

    tally: Tally
    watch: Watch
    megabytes: float
    seconds: float = 0.0
    counted: dict[str, int] = field(default_factory=dict)


def run(setup: Setup) -> Report:
    """Measure ours, then the yardstick with fewer people."""
    with Stage(setup) as stage:
        upstream = stage.upstream()
        page = stage.page(upstream, NYLAS_SIGN_INS_PER_SECOND="10000")
        page.start()
        ours = measure(page, upstream, people=PEOPLE, detects_per_minute=20)
        page.stop()
        naive = stage.naive(upstream)
        naive.start()
        # Only its sign-ins are looked at here: detection would keep most people away from them.
        theirs = measure(naive, upstream, people=YARDSTICK_PEOPLE, detects_per_minute=0)
    return Report(
        title="Point 2: 1,000 sign-ins in flight at once, 5 s upstream",
        rows=_rows(ours, theirs),
        notes=[
            f"The yardstick had {YARDSTICK_PEOPLE} people, and no limit on detection.",
            f"Ours, not connected: {text}." if (text := ours.tally.endings()) else "",
            f"Yardstick, not connected: {text}." if (text := theirs.tally.endings()) else "",
        ],
    )


def measure(page: Program, upstream: Program, *, people: int, detects_per_minute: int) -> Burst:
    """Bring ``people`` to the form at a steady rate, then let all of them send it."""
    control(
        upstream.port, forget=True, sign_in_seconds=SIGN_IN_SECONDS,
        sign_ins_per_second=0, detects_per_minute=detects_per_minute,
    )  # fmt: skip
    burst = asyncio.run(_burst(page, people))
    burst.counted = stats(upstream.port)
    return burst


async def _burst(page: Program, people: int) -> Burst:
    crowd = Crowd(port=page.port, companies=COMPANIES)
    persons = [crowd.person(number) for number in range(people)]
    await send(
        lambda number: persons[number].go_to_password(),
        count=people, per_second=ARRIVALS_PER_SECOND,
    )  # fmt: skip
    burst = Burst(tally=Tally(), watch=Watch(port=page.port), megabytes=page.megabytes())
    weighing = asyncio.create_task(_weigh(page, burst))
    async with burst.watch:
        began = time.monotonic()
        burst.tally.journeys = await asyncio.gather(*(person.sign_in() for person in persons))
        burst.seconds = time.monotonic() - began
    weighing.cancel()
    return burst


async def _weigh(page: Program, burst: Burst) -> None:
    """Keep the most memory that was seen."""
    while True:
        await asyncio.sleep(0.5)
        burst.megabytes = max(burst.megabytes, await asyncio.to_thread(page.megabytes))


def _rows(ours: Burst, theirs: Burst) -> list[Row]:
    return [
        Row(
            what="people connected", unit="%", limit=100, rule="at least",
            ours=ours.tally.connected, yardstick=theirs.tally.connected,
        ),
        Row(
            what="most sign-ins under way at Nylas",
            ours=ours.counted["most_under_way"], yardstick=theirs.counted["most_under_way"],
        ),
        Row(
            what="until all were through, times the upstream's 5 s", limit=MOST_TIMES,
            ours=ours.seconds / SIGN_IN_SECONDS, yardstick=theirs.seconds / SIGN_IN_SECONDS,
        ),
        Row(
            what="entry page meanwhile, p99", unit="ms", limit=300,
            ours=percentile(ours.watch.milliseconds, 99),
            yardstick=percentile(theirs.watch.milliseconds, 99),
        ),
        Row(
            what="entry page meanwhile, failed", limit=0,
            ours=ours.watch.failures, yardstick=theirs.watch.failures,
        ),
        Row(
            what="memory of the server at its most", unit="MB", limit=180,
            ours=ours.megabytes, yardstick=theirs.megabytes,
        ),
        Row(
            what="most detect calls in any 60 s", limit=20,
            ours=ours.counted["most_detects_in_a_minute"],
        ),
    ]  # fmt: skip
