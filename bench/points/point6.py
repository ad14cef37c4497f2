"""Point 6: Nylas hangs and comes back, Redis goes and comes back, and people keep coming."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.driver import Crowd, Tally, control, percentile, sign_in_all, start, stats
from bench.person import Journey, Person, Visit
from bench.report import Report, Row
from bench.servers import Program, Setup, Stage

PER_SECOND = 20.0
BEFORE_SECONDS, HANGING_SECONDS, AFTER_SECONDS = 5.0, 45.0, 12.0
YARDSTICK_HANGING_SECONDS = 15.0
RECOVERED_SECONDS = 5.0
COMPANIES = 400
REDIS_SECONDS = 8.0

_SIGN_IN_SECONDS = 2.0
_SETTLE_SECONDS = 12.0
_PATIENCE = 100.0
_YARDSTICK_PATIENCE = 10.0


@dataclass(kw_only=True)
class Trouble:
    """What people lived through while Nylas hung from ``since`` until ``over``."""

    people: list[Person] = field(default_factory=list)
    since: float = 0.0
    over: float = 0.0

    def visits(self, *pages: str) -> list[Visit]:
        """Answers to requests that were made meanwhile."""
        return [
            visit
            for person in self.people
            for visit in person.journey.visits
            if self.since <= visit.moment < self.over and visit.page in pages
        ]

    def journeys(self, since: float, until: float) -> list[Journey]:
        """Journeys that began in this time."""
        return [
            person.journey for person in self.people if since <= person.journey.began < until
        ]  # fmt: skip

    def errors(self) -> list[Visit]:
        """Pages that say that it did not work out, those that ask for patience included."""
        return [visit for visit in self.visits("POST /connect", "POST /") if visit.status >= 400]

    def first_busy(self) -> float:
        """Seconds of hanging until the first person was asked to come again later."""
        moments = [visit.moment for visit in self.errors() if visit.busy]
        return min(moments) - self.since if moments else float("inf")

    def recovered(self) -> float:
        """Seconds after the end of the hanging until nobody who came then was disappointed."""
        bad = [
            (journey.ended or time.monotonic()) - self.over
            for journey in self.journeys(self.over, float("inf"))
            if journey.ending != "connected"
        ]
        return max(bad, default=0.0)


def run(setup: Setup) -> Report:
    """Measure ours with Nylas hanging, the same for the yardstick, and ours with Redis going."""
    with Stage(setup) as stage:
        upstream = stage.upstream()
        page = stage.page(upstream)
        page.start()
        control(upstream.port, forget=True, sign_in_seconds=_SIGN_IN_SECONDS)
        ours = asyncio.run(_hang(page, upstream, HANGING_SECONDS, _PATIENCE))
        counted = stats(upstream.port)
        page.stop()
        naive = stage.naive(upstream)
        naive.start()
        # Only the hanging is looked at: detection would keep most people away from it.
        control(upstream.port, forget=True, detects_per_minute=0)
        theirs = asyncio.run(_hang(naive, upstream, YARDSTICK_HANGING_SECONDS, _YARDSTICK_PATIENCE))
        naive.stop()
        control(upstream.port, forget=True, detects_per_minute=20, sign_in_seconds=1.0)
        redis = _without_redis(stage, upstream)
        redis_counted = stats(upstream.port)
    return Report(
        title="Point 6: Nylas hangs for every connect/custom; Redis stops and starts again",
        rows=[
            *_nylas_rows(ours, theirs, counted),
            *_redis_rows(redis, redis_counted),
        ],
        notes=[
            f"{PER_SECOND:.0f} people a second; Nylas hangs for {HANGING_SECONDS:.0f} s (for the "
            f"yardstick {YARDSTICK_HANGING_SECONDS:.0f} s, with a patience of "
            f"{_YARDSTICK_PATIENCE:.0f} s). Calls under way stay lost when it is back.",
            f"The first to hear that it is busy came {ours.first_busy():.1f} s into the hanging.",
            _told("Ours while Nylas hung", ours.journeys(ours.since, ours.over)),
            _told("Ours after that", ours.journeys(ours.over, float("inf"))),
            _told("Ours while Redis stopped and started", redis.journeys),
        ],
    )


def _told(when: str, journeys: list[Journey]) -> str:
    tally = Tally(journeys=journeys)
    endings = tally.endings()
    return f"{when}: {tally.ended('connected')} connected{', ' + endings if endings else ''}."


async def _hang(page: Program, upstream: Program, hanging: float, patience: float) -> Trouble:
    """Let people come all the time, and Nylas hang for a while of it."""
    crowd = Crowd(port=page.port, companies=COMPANIES, patience=patience)
    seconds = BEFORE_SECONDS + hanging + AFTER_SECONDS
    trouble = Trouble(people=[crowd.person(number) for number in range(int(seconds * PER_SECOND))])

    async def switch() -> None:
        await asyncio.sleep(BEFORE_SECONDS)
        await asyncio.to_thread(control, upstream.port, hanging=True)
        trouble.since = time.monotonic()
        await asyncio.sleep(hanging)
        await asyncio.to_thread(control, upstream.port, hanging=False)
        trouble.over = time.monotonic()

    switching = asyncio.create_task(switch())
    tasks = await start(
        lambda number: trouble.people[number].walk(),
        count=len(trouble.people), per_second=PER_SECOND,
    )  # fmt: skip
    await switching
    # Who hangs since before may hang for two minutes: nobody waits for them.
    _, waiting = await asyncio.wait(tasks, timeout=_SETTLE_SECONDS)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return trouble


def _nylas_rows(ours: Trouble, theirs: Trouble, counted: dict[str, int]) -> list[Row]:
    pages = {
        "entry page": ("GET /",),
        "detection": ("POST /", "GET /providers", "GET /connect"),
    }
    rows = [
        Row(
            what=f"{name} while Nylas hangs, p99", unit="ms", limit=300,
            ours=_p99(ours.visits(*which)), yardstick=_waited(theirs, *which),
        )
        for name, which in pages.items()
    ]  # fmt: skip
    other = [visit for visit in ours.errors() if not visit.busy]
    return [
        *rows,
        Row(what="error and busy pages meanwhile, p99", unit="ms", limit=300,
            ours=_p99(ours.errors())),
        Row(what="people asked to try again in N seconds", limit=1, rule="at least",
            ours=sum(visit.busy for visit in ours.errors())),
        Row(what="other error pages meanwhile", limit=0, ours=len(other)),
        Row(what="most sign-ins under way at Nylas", ours=counted["most_under_way"]),
        Row(what="until all are connected again after it is back", unit="s",
            limit=RECOVERED_SECONDS, ours=ours.recovered(), yardstick=theirs.recovered()),
    ]  # fmt: skip


def _redis_rows(redis: Tally, counted: dict[str, int]) -> list[Row]:
    return [
        Row(what="Redis stops and starts: people connected", unit="%", limit=100,
            rule="at least", ours=redis.connected),
        Row(what="Redis stops and starts: people who saw an error page", limit=0,
            ours=redis.with_errors),
        Row(what="Redis stops and starts: most detect calls in any 60 s", limit=20,
            ours=counted["most_detects_in_a_minute"]),
        Row(what="Redis stops and starts: most connect/custom in any second", limit=50,
            ours=counted["most_sign_ins_in_a_second"]),
        Row(what="Redis stops and starts: entry page, p99", unit="ms",
            ours=percentile(redis.page("GET /"), 99)),
    ]  # fmt: skip


def _p99(visits: Iterable[Visit]) -> float:
    return percentile((1000 * visit.seconds for visit in visits), 99)


def _waited(trouble: Trouble, *pages: str) -> float:
    """The p99 with those who gave up waiting for such a page counted as that long."""
    answered = [1000 * visit.seconds for visit in trouble.visits(*pages)]
    lost = [
        1000 * _YARDSTICK_PATIENCE
        for journey in trouble.journeys(trouble.since, trouble.over)
        if journey.ending == "lost" and not _got_past(journey, pages)
    ]
    return percentile([*answered, *lost], 99)


def _got_past(journey: Journey, pages: tuple[str, ...]) -> bool:
    return any(visit.page in pages for visit in journey.visits)


def _without_redis(stage: Stage, upstream: Program) -> Tally:
    """A third of the time with Redis, a third without, a third with it again."""
    redis = stage.redis()
    redis.start()
    page = stage.page(upstream, name="with-redis", REDIS_URL=f"redis://127.0.0.1:{redis.port}/0")
    page.start()
    tally = asyncio.run(_stop_and_start(page, redis))
    page.stop()
    return tally


async def _stop_and_start(page: Program, redis: Program) -> Tally:
    async def switch() -> None:
        await asyncio.sleep(REDIS_SECONDS)
        await asyncio.to_thread(redis.stop)
        await asyncio.sleep(REDIS_SECONDS)
        await asyncio.to_thread(redis.start)

    switching = asyncio.create_task(switch())
    count = int(3 * REDIS_SECONDS * PER_SECOND)
    crowd = Crowd(port=page.port, companies=count // 3)
    tally = await sign_in_all(crowd, count=count, per_second=PER_SECOND)
    await switching
    return tally
