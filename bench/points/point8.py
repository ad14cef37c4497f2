"""Point 8: what a sign-in costs, beside the page as it was at an earlier commit, in turns."""

import asyncio
from dataclasses import dataclass, field
from statistics import median

from bench.driver import Crowd, Tally, control, send, stats
from bench.redis import Monitor
from bench.report import Report, Row, beside
from bench.servers import Program, Setup, Stage

EARLIER = "c808fc2"
ROUNDS = 5
PEOPLE, PER_SECOND, COMPANIES = 150, 15.0, 50
WAITING = 500
SIGN_IN_SECONDS = 0.5
WAITING_SECONDS = 8.0
# Whatever would hold people up is lifted; limits stay, as each company is a client.
UNHINDERED = {
    "NYLAS_SIGN_INS_PER_SECOND": "10000",
    "NYLAS_DETECTS_PER_MINUTE": "10000",
    "WEB_CONCURRENCY": "1",
}


@dataclass(kw_only=True)
class Cost:
    """What was measured of one version.

    :ivar to_form: milliseconds of processor time from the first page to the form with the password,
        for a sign-in, in each round; ``from_form`` is the rest, to the confirmation.
    :ivar rest: megabytes at rest, before the first person.
    :ivar waiting: kilobytes more for each sign-in that waits for Nylas.
    """

    to_form: list[float] = field(default_factory=list)
    from_form: list[float] = field(default_factory=list)
    rest: float = 0.0
    waiting: float = 0.0
    redis: float = 0.0
    start: float = 0.0

    @property
    def sign_in(self) -> float:
        """Milliseconds of processor time for a whole sign-in."""
        return median(map(sum, zip(self.to_form, self.from_form, strict=True)))


def run(setup: Setup) -> Report:
    """Measure both versions in turns, so that what else the machine does hits both."""
    ours, theirs = Cost(), Cost()
    with Stage(setup) as stage:
        upstream = stage.upstream()
        pairs = (
            (stage.page(upstream, **UNHINDERED), ours),
            (stage.earlier(upstream, EARLIER, **UNHINDERED), theirs),
        )
        for page, cost in pairs:
            _measure_starts(page, cost)
        for page, _ in pairs:
            page.start()
            _round(page, upstream)
        for _ in range(ROUNDS):
            for page, cost in pairs:
                to_form, from_form = _round(page, upstream)
                cost.to_form.append(to_form)
                cost.from_form.append(from_form)
        for page, cost in pairs:
            cost.waiting = _waiting(page, upstream)
            page.stop()
        for name, cost in (("page", ours), ("earlier", theirs)):
            cost.redis = _redis_commands(setup, name)
    return Report(
        title=f"Point 8: what a sign-in costs, beside commit {EARLIER}",
        rows=[
            Row(what=f"processor time for a sign-in, share of {EARLIER}'s", limit=1.0,
                ours=ours.sign_in / theirs.sign_in),
            *beside(_rows(ours), _rows(theirs)),
        ],
        notes=[
            f"Median of {ROUNDS} rounds of {PEOPLE} people in turns; all processes of the page, "
            "user and system. Limits, metrics and table of providers as by default.",
            f"Sign-ins, ms, ours: {_listed(ours)}; {EARLIER}: {_listed(theirs)}.",
        ],
    )  # fmt: skip


def _rows(cost: Cost) -> list[Row]:
    return [
        Row(what="processor time for a sign-in", unit="ms", ours=cost.sign_in),
        Row(what="of it until the form with the password", unit="ms", ours=median(cost.to_form)),
        Row(what="of it from there to the confirmation", unit="ms", ours=median(cost.from_form)),
        Row(what="memory at rest", unit="MB", ours=cost.rest),
        Row(what="memory for each waiting sign-in", unit="KB", ours=cost.waiting),
        Row(what="Redis commands for a sign-in, two processes", ours=cost.redis),
        Row(what="cold start to first page", unit="s", ours=cost.start),
    ]


def _listed(cost: Cost) -> str:
    sums = map(sum, zip(cost.to_form, cost.from_form, strict=True))
    return ", ".join(f"{milliseconds:.1f}" for milliseconds in sums)


def _measure_starts(page: Program, cost: Cost) -> None:
    """Start it some times while the other does not run: they would share the files they load."""
    seconds, megabytes = [], []
    for _ in range(3):
        seconds.append(page.start())
        megabytes.append(page.megabytes())
        page.stop()
    cost.start, cost.rest = median(seconds), median(megabytes)


def _round(page: Program, upstream: Program) -> tuple[float, float]:
    """Milliseconds of processor time for a sign-in, to the form and from it."""
    control(
        upstream.port, forget=True, sign_in_seconds=SIGN_IN_SECONDS,
        sign_ins_per_second=0, detects_per_minute=0,
    )  # fmt: skip
    return asyncio.run(_walk(page))


async def _walk(page: Program) -> tuple[float, float]:
    crowd = Crowd(port=page.port, companies=COMPANIES)
    persons = [crowd.person(number) for number in range(PEOPLE)]
    moments = [page.cpu_seconds()]
    await send(lambda i: persons[i].go_to_password(), count=PEOPLE, per_second=PER_SECOND)
    moments.append(page.cpu_seconds())
    journeys = await send(lambda i: persons[i].sign_in(), count=PEOPLE, per_second=PER_SECOND)
    moments.append(page.cpu_seconds())
    tally = Tally(journeys=journeys)
    if tally.connected < 100:
        raise RuntimeError(f"{page.name}: not everybody connected: {tally.endings()}")
    begun, form, ended = (1000 * moment / PEOPLE for moment in moments)
    return form - begun, ended - form


def _waiting(page: Program, upstream: Program) -> float:
    """Kilobytes that a sign-in takes while it waits for Nylas."""
    control(upstream.port, forget=True, sign_in_seconds=WAITING_SECONDS)
    return asyncio.run(_wait(page, upstream))


async def _wait(page: Program, upstream: Program) -> float:
    crowd = Crowd(port=page.port, companies=WAITING)
    persons = [crowd.person(number) for number in range(WAITING)]
    await send(lambda i: persons[i].go_to_password(), count=WAITING, per_second=4 * PER_SECOND)
    before = page.megabytes()
    under_way = [asyncio.create_task(person.sign_in()) for person in persons]
    most = before
    while not all(task.done() for task in under_way):
        await asyncio.sleep(0.5)
        most = max(most, await asyncio.to_thread(page.megabytes))
    reached = (await asyncio.to_thread(stats, upstream.port))["most_under_way"]
    if reached < 0.9 * WAITING:
        raise RuntimeError(f"only {reached} of {WAITING} sign-ins waited together")
    return 1024 * (most - before) / WAITING


def _redis_commands(setup: Setup, name: str) -> float:
    """Commands that Redis was sent for each sign-in, by two processes."""
    with Stage(setup) as stage:
        upstream, redis = stage.upstream(), stage.redis()
        redis.start()
        settings = {
            **UNHINDERED,
            "WEB_CONCURRENCY": "2",
            "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
        }
        page = (
            stage.page(upstream, **settings)
            if name == "page"
            else stage.earlier(upstream, EARLIER, **settings)
        )
        page.start()
        _round(page, upstream)
        with Monitor(redis.port) as monitor:
            _round(page, upstream)
        return monitor.commands / PEOPLE
