"""Point 1: 3,000 sign-ins in a minute, from 1,000 company domains never seen before."""

import asyncio

from bench.driver import Crowd, Tally, control, percentile, sign_in_all, stats
from bench.report import Report, Row, beside
from bench.servers import Program, Setup, Stage

SIGN_IN_SECONDS = 2.0
PEOPLE, PER_SECOND, COMPANIES = 3000, 50.0, 1000
YARDSTICK_PEOPLE, YARDSTICK_PER_SECOND, YARDSTICK_COMPANIES = 500, 20.0, 40


def run(setup: Setup) -> Report:
    """Measure ours, then the yardstick with fewer people at a lower rate."""
    with Stage(setup) as stage:
        upstream = stage.upstream()
        page = stage.page(upstream)
        page.start()
        ours, counted = _measure(page, upstream, PEOPLE, PER_SECOND, COMPANIES)
        cpu = page.cpu_seconds()
        page.stop()
        naive = stage.naive(upstream)
        naive.start()
        theirs, theirs_counted = _measure(
            naive, upstream, YARDSTICK_PEOPLE, YARDSTICK_PER_SECOND, YARDSTICK_COMPANIES
        )
    report = Report(
        title="Point 1: 3,000 sign-ins in a minute from 1,000 new domains, 2 s upstream",
        rows=beside(rows(ours, counted), rows(theirs, theirs_counted)),
    )
    report.rows.append(Row(what="server's CPU for a sign-in", unit="ms", ours=1000 * cpu / PEOPLE))
    report.notes += [
        f"The yardstick had {YARDSTICK_PEOPLE} people from {YARDSTICK_COMPANIES} companies, "
        f"{YARDSTICK_PER_SECOND:.0f} a second.",
        _endings("Ours", ours),
        _endings("Yardstick", theirs),
    ]
    return report


def _measure(
    page: Program, upstream: Program, people: int, per_second: float, companies: int
) -> tuple[Tally, dict[str, int]]:
    """Send people through ``page``; what they saw, and what the stand-in counted."""
    control(upstream.port, forget=True, sign_in_seconds=SIGN_IN_SECONDS)
    crowd = Crowd(port=page.port, companies=companies)
    tally = asyncio.run(sign_in_all(crowd, count=people, per_second=per_second))
    return tally, stats(upstream.port)


def rows(tally: Tally, counted: dict[str, int]) -> list[Row]:
    """What the point asks for."""
    added = tally.added(SIGN_IN_SECONDS)
    refused = counted["detects_refused"] + counted["sign_ins_refused"]
    return [
        Row(what="people connected", unit="%", limit=100, rule="at least", ours=tally.connected),
        Row(what="people who saw an error page", limit=0, ours=tally.with_errors),
        Row(what="most detect calls in any 60 s", limit=20,
            ours=counted["most_detects_in_a_minute"]),
        Row(what="most connect/custom in any second", limit=50,
            ours=counted["most_sign_ins_in_a_second"]),
        Row(what="calls that Nylas refused", limit=0, ours=refused),
        Row(what="time added to a journey, p99", unit="ms", limit=500, ours=percentile(added, 99)),
        Row(what="time added to a journey, median", unit="ms", ours=percentile(added, 50)),
        Row(what="entry page, p99", unit="ms", ours=percentile(tally.page("GET /"), 99)),
        Row(what="driver late with a person, p99", unit="ms",
            ours=1000 * percentile(tally.late, 99)),
    ]  # fmt: skip


def _endings(who: str, tally: Tally) -> str:
    return f"{who}, not connected: {endings}." if (endings := tally.endings()) else ""
