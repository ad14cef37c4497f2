"""Point 4: what the entry page costs beside a bare route, and how soon it is there at a start."""

import re
import subprocess
from dataclasses import dataclass
from statistics import median

from bench.report import Report, Row
from bench.servers import Program, Setup, Stage, find_program

ROUNDS = 5
SECONDS = 5
CONNECTIONS = 16
STARTS = 5

_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, kw_only=True)
class Round:
    """What wrk found.

    :ivar slow: milliseconds that 99 of 100 answers did not exceed.
    """

    per_second: float
    slow: float


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
            _hammer(program, 1)
        rounds = [(_hammer(page, SECONDS), _hammer(bare, SECONDS)) for _ in range(ROUNDS)]
    shares = [ours.per_second / theirs.per_second for ours, theirs in rounds]
    return Report(
        title="Point 4: the entry page beside a bare Flask route on the same server",
        rows=[
            Row(
                what="requests a second, one process (yardstick: bare route)",
                ours=median(ours.per_second for ours, _ in rounds),
                yardstick=median(theirs.per_second for _, theirs in rounds),
            ),
            Row(
                what="share of the bare route's", limit=0.5, rule="at least", ours=median(shares)
            ),
            Row(
                what="answers meanwhile, p99 (yardstick: bare route)", unit="ms",
                ours=median(ours.slow for ours, _ in rounds),
                yardstick=median(theirs.slow for _, theirs in rounds),
            ),
            Row(
                what="cold start to first page (yardstick: naive page)", unit="s", limit=1.5,
                ours=starts["page"], yardstick=starts["naive"],
            ),
        ],
        notes=[
            f"Median of {ROUNDS} rounds of {SECONDS} s each in turns, wrk with {CONNECTIONS} "
            f"connections; shares: {', '.join(f'{share:.2f}' for share in shares)}.",
            f"Median of {STARTS} starts.",
        ],
    )  # fmt: skip


def _cold_start(program: Program) -> float:
    seconds = []
    for _ in range(STARTS):
        seconds.append(program.start())
        program.stop()
    return median(seconds)


def _hammer(program: Program, seconds: int) -> Round:
    command = [
        find_program("wrk"), "--threads", "1", "--connections", str(CONNECTIONS), "--latency",
        "--duration", f"{seconds}s", "--timeout", "30s", f"http://127.0.0.1:{program.port}/",
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    per_second = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    slow = re.search(r"99%\s+([0-9.]+)(us|ms|s|m)\s", said)
    if not per_second or not slow or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{program.name} under wrk:\n{said}")
    return Round(per_second=float(per_second[1]), slow=float(slow[1]) * _MILLISECONDS[slow[2]])
