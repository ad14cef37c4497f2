import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.__main__ import read_arguments
from bench.driver import Crowd, Tally, control, percentile, sign_in_all, stats
from bench.points.point8 import UNHINDERED
from bench.points.point12 import App
from bench.report import Report, Row
from bench.servers import Program, Stage
from bench.upstream import most_within

pytestmark = pytest.mark.slow

# A smoke run: everything takes part once, and nothing is timed. `make bench` measures.


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture(scope="module")
def upstream(stage: Stage) -> Program:
    return stage.upstream()


def walk(program: Program, upstream: Program, *, people: int) -> Tally:
    program.start()
    control(upstream.port, forget=True, sign_in_seconds=0.2, detect_seconds=0.0)
    crowd = Crowd(port=program.port, companies=2)
    try:
        # In a thread of its own: the browser's tests leave an event loop running in this one.
        with ThreadPoolExecutor(1) as thread:
            walks = sign_in_all(crowd, count=people, per_second=10)
            return thread.submit(asyncio.run, walks).result()
    finally:
        program.stop()


def test_people_walk_through_our_page(stage: Stage, upstream: Program) -> None:
    tally = walk(stage.page(upstream), upstream, people=5)
    assert tally.ended("connected") == 5, tally.endings()
    assert tally.with_errors == 0
    visited = [visit.page for visit in tally.journeys[0].visits]
    assert visited[:2] == ["GET /", "POST /"]
    assert visited[-2:] == ["POST /connect", "GET /connected"]
    counted = stats(upstream.port)
    assert counted["sign_ins"] == counted["grants"] == 5
    assert 1 <= counted["detects"] <= 5
    assert counted["sign_ins_refused"] == counted["detects_refused"] == 0


def test_what_the_app_does_itself_is_counted_by_the_kind_of_request(
    stage: Stage, upstream: Program
) -> None:
    control(
        upstream.port, forget=True, sign_in_seconds=0.0, detect_seconds=0.0,
        sign_ins_per_second=0, detects_per_minute=0,
    )  # fmt: skip
    app = App(program=stage.page(upstream, **UNHINDERED))
    app.measure()
    control(upstream.port, sign_ins_per_second=50, detects_per_minute=20)
    rows = {row.what: row.ours for row in app.rows()}
    assert rows["of it for the password"] > 0
    assert sum(rows[what] for what in rows if what.startswith("of it")) == pytest.approx(
        app.sign_in
    )


def test_people_walk_through_the_yardstick(stage: Stage, upstream: Program) -> None:
    tally = walk(stage.naive(upstream), upstream, people=1)
    assert tally.ended("connected") == 1, tally.endings()
    assert stats(upstream.port)["detects"] == 1


def test_the_stand_in_refuses_what_is_over_its_limits(stage: Stage, upstream: Program) -> None:
    control(upstream.port, detects_per_minute=1)
    tally = walk(stage.naive(upstream), upstream, people=2)
    control(upstream.port, detects_per_minute=20)
    assert tally.ended("connected") == 1
    assert tally.with_errors == 1, "an error page is taken for one"
    assert stats(upstream.port)["detects_refused"] == 1


def test_memory_and_processor_time_of_all_processes_are_counted(
    stage: Stage, upstream: Program
) -> None:
    assert upstream.megabytes() > 5
    assert upstream.cpu_seconds() > 0


@pytest.mark.parametrize(
    ("arrivals", "limit"),
    [([], 0), ([0.0], 1), ([0.0, 0.999], 2), ([0.0, 1.0], 1), ([0.0, 0.6, 0.9, 1.2, 1.7], 3)],
)
def test_the_most_calls_are_counted_over_every_stretch(arrivals: list[float], limit: int) -> None:
    assert most_within(arrivals, 1.0) == limit


@pytest.mark.parametrize(("percent", "value"), [(50, 50), (99, 99), (100, 100), (0, 1)])
def test_a_percentile_is_a_value_that_was_measured(percent: int, value: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], percent) == value


def test_all_points_are_measured_unless_some_are_named() -> None:
    assert read_arguments([]).points == []
    named = read_arguments(["1", "7", "--set", "MX_LOOKUPS=false"])
    assert named.points == [1, 7]
    assert named.set == ["MX_LOOKUPS=false"]
    with pytest.raises(SystemExit):
        read_arguments(["13"])


def test_a_point_fails_when_ours_misses_a_limit_whatever_the_yardstick_does() -> None:
    good = Row(what="a", ours=1, limit=1, yardstick=9)
    bad = Row(what="b", ours=99, limit=100, rule="at least", yardstick=100)
    to_read = Row(what="c", ours=1e9)
    assert Report(title="t", rows=[good, to_read]).holds
    report = Report(title="t", rows=[good, bad, to_read])
    assert not report.holds
    assert "NO" in report.text()
    assert not Report(title="t", broken="nginx is missing").holds
