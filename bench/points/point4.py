"""Point 4: what the entry page costs beside a bare route, and how soon it is there at a start."""

import re
import subprocess
from statistics import median

from bench.report import Report, Row
from bench.servers import Program, Setup, Stage, find_program

ROUNDS = 5
SECONDS = 5
CONNECTIONS = 16
STARTS = 5


def run(setup: Setup) -> Report:
    """Measure both in turns, so that whatever else the machine does hits both."""
    with Stage(setup) as stage:
        upstream = stage.upstream()
        one = {"WEB_CONCURRENCY": "1"}
        page, bare = stage.page(upstream, **one), stage.bare(upstream, **one)
        naive = stage.naive(upstream)
        starts = {program.name: _cold_start(program) for program in (page, naive)}
        page.start()
        bare.start()
        for program in (page, bare):
            _requests_per_second(program, 1)
        rounds = [
            (_requests_per_second(page, SECONDS), _requests_per_second(bare, SECONDS))
            for _ in range(ROUNDS)
        ]
    share = median(ours / theirs for ours, theirs in rounds)
    return Report(
        title="Point 4: the entry page beside a bare Flask route on the same server",
        rows=[
            Row(
                what="requests a second, one process (yardstick: bare route)",
                ours=median(ours for ours, _ in rounds),
                yardstick=median(theirs for _, theirs in rounds),
            ),
            Row(what="share of the bare route's", limit=0.5, rule="at least", ours=share),
            Row(
                what="cold start to first page", unit="s", limit=1.5,
                ours=starts["page"], yardstick=starts["naive"],
            ),
        ],
        notes=[
            f"Median of {ROUNDS} rounds of {SECONDS} s each in turns, wrk with {CONNECTIONS} "
            f"connections; shares: {', '.join(f'{a / b:.2f}' for a, b in rounds)}.",
            f"Median of {STARTS} starts; the yardstick's is the naive page's.",
        ],
    )  # fmt: skip


def _cold_start(program: Program) -> float:
    seconds = []
    for _ in range(STARTS):
        seconds.append(program.start())
        program.stop()
    return median(seconds)


def _requests_per_second(program: Program, seconds: int) -> float:
    command = [
        find_program("wrk"), "--threads", "1", "--connections", str(CONNECTIONS),
        "--duration", f"{seconds}s", "--timeout", "30s", f"http://127.0.0.1:{program.port}/",
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    if not found or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{program.name} under wrk:\n{said}")
    return float(found[1])
