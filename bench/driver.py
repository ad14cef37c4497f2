"""Sends people at a steady rate, whether or not the others are through, and sums up what they saw.

Arrivals are an open loop: somebody who has to wait keeps nobody else from coming.
"""

import asyncio
import itertools
import json
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.browser import Browser, Lost
from bench.person import Journey, Person

_serial = itertools.count(1)


@dataclass(kw_only=True)
class Crowd:
    """Makes people of companies that nobody heard of before; a company shares one IP address.

    :ivar companies: how many there are; people are spread over them evenly.
    """

    port: int
    companies: int
    patience: float = 150.0
    name: str = field(default_factory=lambda: f"company-{time.time_ns() // 1_000_000:x}")

    def person(self, number: int) -> Person:
        """The person of this number."""
        company = number % self.companies
        return Person(
            browser=Browser(
                port=self.port, source=address(company), patience=self.patience
            ),
            email=f"person{number}@{self.name}-{company}.example",
        )  # fmt: skip


def address(number: int) -> str:
    """An address of this machine for somebody of this number, none of them 127.0.0.1."""
    return f"127.{1 + number // 62_500}.{1 + number // 250 % 250}.{1 + number % 250}"


@dataclass(kw_only=True)
class Tally:
    """What a number of people saw.

    :ivar late: seconds that each of them came later than planned, which is the driver's own fault.
    """

    journeys: list[Journey] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    def ended(self, ending: str) -> int:
        """How many journeys ended like this."""
        return sum(journey.ending == ending for journey in self.journeys)

    @property
    def connected(self) -> float:
        """Share of people who saw the confirmation, in percent."""
        return 100 * self.ended("connected") / max(1, len(self.journeys))

    @property
    def with_errors(self) -> int:
        """People who saw an error page, or no page at all."""
        return sum(
            journey.errors > 0 or journey.ending in ("error", "lost") for journey in self.journeys
        )

    def added(self, upstream_seconds: float) -> list[float]:
        """Milliseconds that journeys of connected people took beyond the upstream's own time."""
        return [
            1000 * (journey.seconds - upstream_seconds)
            for journey in self.journeys
            if journey.ending == "connected"
        ]

    def page(self, *pages: str) -> list[float]:
        """Milliseconds that these pages took, see ``Visit.page``; all pages if none is named."""
        return [
            1000 * visit.seconds
            for journey in self.journeys
            for visit in journey.visits
            if not pages or visit.page in pages
        ]

    def endings(self) -> str:
        """The endings other than the good one, with one example of each, for a reader."""
        counted = Counter(
            f"{journey.ending or 'waiting'}: {journey.detail}"
            for journey in self.journeys
            if journey.ending != "connected"
        )
        return ", ".join(f"{count} x {text}" for text, count in counted.most_common(4))


async def send(
    walk: Callable[[int], Any], *, count: int, per_second: float, tally: Tally | None = None
) -> list[Any]:
    """Start ``walk`` for each number at a steady rate, and wait until all are through."""
    return await asyncio.gather(*await start(walk, count=count, per_second=per_second, tally=tally))


async def start(
    walk: Callable[[int], Any], *, count: int, per_second: float, tally: Tally | None = None
) -> list[asyncio.Task[Any]]:
    """Start ``walk`` for each number at a steady rate; gives their tasks after the last one."""
    began = time.monotonic()
    tasks = []
    for number in range(count):
        planned = began + number / per_second
        if (ahead := planned - time.monotonic()) > 0:
            await asyncio.sleep(ahead)
        if tally:
            tally.late.append(max(0.0, time.monotonic() - planned))
        tasks.append(asyncio.create_task(walk(number)))
    return tasks


async def sign_in_all(crowd: Crowd, *, count: int, per_second: float) -> Tally:
    """Let ``count`` people walk whole sign-ins."""
    tally = Tally()
    tally.journeys = await send(
        lambda number: crowd.person(number).walk(),
        count=count, per_second=per_second, tally=tally,
    )  # fmt: skip
    return tally


@dataclass(kw_only=True)
class Watch:
    """Measures the first page all the time while something else goes on, each time anew.

    :ivar patience: seconds; an answer that takes longer counts as that long, and as a failure.
    """

    port: int
    per_second: float = 20.0
    patience: float = 10.0
    milliseconds: list[float] = field(default_factory=list)
    failures: int = 0

    async def __aenter__(self) -> "Watch":
        self._task = asyncio.create_task(self._go_on())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _go_on(self) -> None:
        """Ask at a steady rate; what is still unanswered at the end counts with the time so far."""
        pending: set[asyncio.Task[None]] = set()
        began = time.monotonic()
        try:
            for number in itertools.count():
                await asyncio.sleep(max(0.0, began + number / self.per_second - time.monotonic()))
                task = asyncio.create_task(self._ask())
                pending.add(task)
                task.add_done_callback(pending.discard)
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    async def _ask(self) -> None:
        browser = Browser(
            port=self.port, source=address(100_000 + next(_serial) % 50_000),
            patience=self.patience,
        )  # fmt: skip
        began = time.monotonic()
        try:
            answer = await browser.get("/")
            self.failures += answer.status != 200
        except Lost:
            self.failures += 1
        finally:
            self.milliseconds.append(1000 * (time.monotonic() - began))
            browser.close()


def percentile(values: Iterable[float], percent: float) -> float:
    """The value that ``percent`` of all do not exceed; 0 when there are none."""
    ordered: Sequence[float] = sorted(values)
    if not ordered:
        return 0.0
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]


def control(port: int, **rules: Any) -> None:
    """Set the stand-in's rules; ``forget=True`` begins a new count."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/bench/control",
        data=json.dumps(rules).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 (as above)
        response.read()


def stats(port: int) -> dict[str, int]:
    """What the stand-in counted since it was last told to forget."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/bench/stats", timeout=10) as response:
        counted: dict[str, int] = json.load(response)
    return counted
