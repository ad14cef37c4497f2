"""Point 4: what the entry page costs beside a bare route, and how soon it is there at a start."""

from statistics import median

from bench.report import Report, Row
from bench.servers import Program, Setup, Stage
from bench.wrk import hammer

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
            hammer(program, 1, connections=CONNECTIONS)
        rounds = [
            tuple(hammer(each, SECONDS, connections=CONNECTIONS) for each in (page, bare))
            for _ in range(ROUNDS)
        ]
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
