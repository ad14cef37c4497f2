"""Point 10: a small instance, a quarter of a core, with 5 sign-ins a second."""

import asyncio

from bench.driver import Crowd, Tally, control, percentile, sign_in_all
from bench.points.point8 import EARLIER
from bench.report import Report, Row, beside
from bench.servers import Program, Setup, Stage

CORE = 0.25
PEOPLE, PER_SECOND, COMPANIES = 200, 5.0, 50
SIGN_IN_SECONDS = 2.0


def run(setup: Setup) -> Report:
    """Measure ours, then the earlier page, each with so little of a core."""
    with Stage(setup) as stage:
        upstream = stage.upstream()
        one = {"WEB_CONCURRENCY": "1", "NYLAS_DETECTS_PER_MINUTE": "10000"}
        ours = _measure(stage.page(upstream, **one), upstream)
        theirs = _measure(stage.earlier(upstream, EARLIER, **one), upstream)
    pages = sorted({visit.page for journey in ours.journeys for visit in journey.visits})
    return Report(
        title=f"Point 10: a quarter of a core, {PER_SECOND:.0f} a second, beside commit {EARLIER}",
        rows=beside(_rows(ours, pages), _rows(theirs, pages)),
        notes=[f"Not connected: {text}." for tally in (ours, theirs) if (text := tally.endings())],
    )


def _measure(page: Program, upstream: Program) -> Tally:
    control(
        upstream.port, forget=True, sign_in_seconds=SIGN_IN_SECONDS,
        sign_ins_per_second=0, detects_per_minute=0,
    )  # fmt: skip
    page.start()
    page.limit_processor(CORE)
    crowd = Crowd(port=page.port, companies=COMPANIES)
    tally = asyncio.run(sign_in_all(crowd, count=PEOPLE, per_second=PER_SECOND))
    page.stop()
    return tally


def _rows(tally: Tally, pages: list[str]) -> list[Row]:
    rows = [
        Row(what="people connected", unit="%", limit=100, rule="at least", ours=tally.connected)
    ]
    for page in pages:
        upstream = 1000 * SIGN_IN_SECONDS if page == "POST /connect" else 0
        slow = percentile(tally.page(page), 99) - upstream
        rows.append(Row(what=f"{page}, p99, beyond what Nylas takes", unit="ms", ours=slow))
    return rows
