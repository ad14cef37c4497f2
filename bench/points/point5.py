"""Point 5: restarts lose nobody, neither of one instance nor of two behind a proxy."""

import asyncio
import signal
import time
from dataclasses import dataclass

from bench.driver import Crowd, Tally, control, send, sign_in_all, stats
from bench.person import Person
from bench.report import Report, Row
from bench.rolling import Restart, restart_all
from bench.servers import Program, Setup, Stage

SIGN_IN_SECONDS = 5.0
IN_FLIGHT, LATER = 100, 10
ROLLING_PEOPLE, ROLLING_PER_SECOND = 600, 20.0

_RELOAD_SECONDS = 0.25
_RELOADING_SECONDS = 60.0
_GRACE_SECONDS = 150.0


@dataclass(frozen=True, kw_only=True)
class Stop:
    """How it went when one instance was told to stop.

    :ivar under_way: sign-ins at Nylas at that moment.
    :ivar accepted: people whose form was answered by the way to the confirmation.
    :ivar at_once: people who saw the confirmation without a reload.
    :ivar confirmed: people who saw it, those who had to reload included.
    :ivar later: people whose form was loaded before and sent after, in percent of all such.
    :ivar seconds: until the stopped instance had ended.
    """

    under_way: int
    accepted: int
    at_once: int
    confirmed: int
    later: float
    seconds: float
    code: int
    endings: str


def run(setup: Setup) -> Report:
    """Stop one instance in the middle of sign-ins; then restart two in turns under load."""
    with Stage(setup) as stage:
        upstream = stage.upstream()
        stop = _stop_one(stage, upstream)
        tally, restarts = _roll_two(stage, upstream)
    return Report(
        title="Point 5: SIGTERM with 100 sign-ins in flight; a rolling restart under load",
        rows=[
            Row(what="sign-ins under way at SIGTERM", limit=IN_FLIGHT, rule="at least",
                ours=stop.under_way),
            Row(what="of these, led on to the confirmation", limit=IN_FLIGHT, rule="at least",
                ours=stop.accepted),
            Row(what="of these, saw the confirmation", limit=IN_FLIGHT, rule="at least",
                ours=stop.confirmed),
            Row(what="of these, without a reload", ours=stop.at_once),
            Row(what="forms from before the restart, connected after it", unit="%", limit=100,
                rule="at least", ours=stop.later),
            Row(what="exit code of the stopped instance", limit=0, ours=stop.code),
            Row(what="until it had ended", unit="s", ours=stop.seconds),
            Row(what="rolling restart: people connected", unit="%", limit=100, rule="at least",
                ours=tally.connected),
            Row(what="rolling restart: people who saw an error page", limit=0,
                ours=tally.with_errors),
        ],
        notes=[
            f"Not connected when one was stopped: {stop.endings}." if stop.endings else "",
            f"Not connected in the rolling restart: {text}." if (text := tally.endings()) else "",
            describe(restarts),
        ],
    )  # fmt: skip


def describe(restarts: list[Restart]) -> str:
    """A sentence on restarts, for a reader."""
    told = "; ".join(f"{one.ended:.1f} s to end, {one.ready:.1f} s to start" for one in restarts)
    return f"Two instances behind nginx were restarted in turns: {told}."


def _stop_one(stage: Stage, upstream: Program) -> Stop:
    """The next instance has the same port, so it starts when the old one has ended."""
    control(upstream.port, forget=True, sign_in_seconds=SIGN_IN_SECONDS)
    old, new = stage.page(upstream, name="old"), stage.page(upstream, name="new")
    new.port, new.environ = old.port, old.environ
    old.start()
    return asyncio.run(_stop(old, new, upstream))


async def _stop(old: Program, new: Program, upstream: Program) -> Stop:
    crowd = Crowd(port=old.port, companies=40)
    people = [crowd.person(number) for number in range(IN_FLIGHT + LATER)]
    await send(lambda number: people[number].go_to_password(), count=len(people), per_second=40)
    tasks = [asyncio.create_task(person.sign_in()) for person in people[:IN_FLIGHT]]
    under_way = await _all_under_way(upstream)
    began = time.monotonic()
    old.tell(signal.SIGTERM)
    starting = asyncio.create_task(_succeed(old, new))
    await asyncio.gather(*tasks)
    tally = Tally(journeys=[person.journey for person in people[:IN_FLIGHT]])
    reloads = await asyncio.gather(*(_reload(person) for person in people[:IN_FLIGHT]))
    seconds = await starting - began
    later = await asyncio.gather(*(person.sign_in() for person in people[IN_FLIGHT:]))
    return Stop(
        under_way=under_way,
        accepted=sum(_led_on(person) for person in people[:IN_FLIGHT]),
        at_once=tally.ended("connected"),
        confirmed=sum(reloads),
        later=Tally(journeys=later).connected,
        seconds=seconds,
        code=old.process.returncode if old.process else -1,
        endings=tally.endings(),
    )


async def _succeed(old: Program, new: Program) -> float:
    """Start ``new`` when ``old`` has ended, and return that moment."""
    await asyncio.to_thread(old.wait, _GRACE_SECONDS)
    ended = time.monotonic()
    await asyncio.to_thread(new.start)
    return ended


async def _all_under_way(upstream: Program) -> int:
    """Wait until everybody is at Nylas, as far as it lets them, and return how many are."""
    deadline = time.monotonic() + SIGN_IN_SECONDS - 1
    while time.monotonic() < deadline:
        under_way = (await asyncio.to_thread(stats, upstream.port))["under_way"]
        if under_way >= IN_FLIGHT:
            break
        await asyncio.sleep(0.05)
    return under_way


def _led_on(person: Person) -> bool:
    return any(
        visit.page.startswith("POST /connect") and visit.status in (302, 303)
        for visit in person.journey.visits
    )


async def _reload(person: Person) -> bool:
    """Fetch the confirmation with the cookies that the old instance gave, until it is there."""
    if person.journey.ending == "connected":
        return True
    if not _led_on(person):
        return False
    deadline = time.monotonic() + _RELOADING_SECONDS
    while time.monotonic() < deadline:
        if await person.confirm():
            person.browser.close()
            return True
        await asyncio.sleep(_RELOAD_SECONDS)
    return False


def _roll_two(stage: Stage, upstream: Program) -> tuple[Tally, list[Restart]]:
    control(upstream.port, forget=True, sign_in_seconds=2.0)
    pages = [
        stage.page(upstream, name=name, TRUSTED_PROXIES="1") for name in ("first", "second")
    ]  # fmt: skip
    for page in pages:
        page.start()
    proxy = stage.nginx(*pages)
    proxy.start()
    return asyncio.run(_roll(proxy, pages))


async def _roll(proxy: Program, pages: list[Program]) -> tuple[Tally, list[Restart]]:
    crowd = Crowd(port=proxy.port, companies=40)
    rolling = asyncio.create_task(restart_all(pages, first_after=4.0, pause=4.0))
    tally = await sign_in_all(crowd, count=ROLLING_PEOPLE, per_second=ROLLING_PER_SECOND)
    return tally, await rolling
