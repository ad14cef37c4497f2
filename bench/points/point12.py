"""Point 12: what the app does itself for each request, beside the page of an earlier commit."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.driver import control
from bench.points.point8 import EARLIER, UNHINDERED
from bench.report import Report, Row, beside
from bench.servers import Program, Setup, Stage, find_program

ROUNDS, PEOPLE = 5, 60
# callgrind takes some fifty times as long; two runs differ by this many sign-ins.
COUNTED = 6
_KINDS = {
    "GET /": "first page",
    "POST /": "e-mail address",
    "GET /connect": "password page",
    "POST /connect": "password",
    "GET /connected": "confirmation",
}
_COLLECTED = re.compile(r"Collected : (\d+)")


@dataclass(kw_only=True)
class App:
    """What was measured of one version.

    :ivar program: its folder and its settings; it is not started.
    :ivar rounds: of each round, milliseconds for a sign-in by the kind of request.
    :ivar collections: of the last round, how often the garbage collector ran, by generation.
    :ivar left: objects that a sign-in leaves, and only the garbage collector finds.
    :ivar instructions: millions of them for a sign-in.
    """

    program: Program
    rounds: list[dict[str, float]] = field(default_factory=list)
    collections: list[int] = field(default_factory=list)
    left: float = 0.0
    instructions: float = 0.0

    @property
    def sign_in(self) -> float:
        """Milliseconds of processor time for a whole sign-in."""
        return median(sum(kinds.values()) for kinds in self.rounds)

    def measure(self) -> None:
        """Take a round."""
        found: dict[str, Any] = json.loads(self._run("--left", str(PEOPLE)).stdout.splitlines()[-1])
        self.rounds.append({kind: ms / PEOPLE for kind, ms in found["milliseconds"].items()})
        self.collections, self.left = found["collections"], found["left"]

    def count(self) -> None:
        """Count instructions: what a run with more sign-ins needs beyond one with none."""
        file = self.program.folder / "callgrind"
        under = (find_program("valgrind"), "--tool=callgrind", f"--callgrind-out-file={file}")
        none, some = (
            int(_COLLECTED.findall(self._run(str(people), under=under).stderr)[-1])
            for people in (0, COUNTED)
        )
        self.instructions = (some - none) / COUNTED / 1e6

    def rows(self) -> list[Row]:
        """What stands in the table."""
        return [
            Row(what="processor time for a sign-in", unit="ms", ours=self.sign_in),
            *(
                Row(what=f"of it for the {what}", unit="ms", ours=self._median(kind))
                for kind, what in _KINDS.items()
            ),
            Row(what="million instructions for a sign-in", ours=self.instructions),
            Row(what="objects that a sign-in leaves to the garbage collector", ours=self.left),
            *(
                Row(what=f"runs of the garbage collector, generation {generation}",
                    ours=self.collections[generation])
                for generation in range(3)
            ),
        ]  # fmt: skip

    def _median(self, kind: str) -> float:
        return median(kinds[kind] for kinds in self.rounds)

    def _run(self, *options: str, under: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "bench.in_process", str(self.program.cwd)]
        command = [*under, *program, *options]
        # The order of sets, and with it the number of instructions, is the same in each run.
        environ = {**self.program.environ, "PYTHONHASHSEED": "0"}
        ran = subprocess.run(command, env=environ, capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(f"{self.program.name}: {ran.stderr[-2000:]}")
        return ran


def run(setup: Setup) -> Report:
    """Measure both versions in turns, so that what else the machine does hits both."""
    with Stage(setup) as stage:
        upstream = stage.upstream()
        control(
            upstream.port, forget=True, sign_in_seconds=0.0, detect_seconds=0.0,
            sign_ins_per_second=0, detects_per_minute=0,
        )  # fmt: skip
        ours = App(program=stage.page(upstream, **UNHINDERED))
        theirs = App(program=stage.earlier(upstream, EARLIER, **UNHINDERED))
        for _ in range(ROUNDS):
            for app in (ours, theirs):
                app.measure()
        for app in (ours, theirs):
            app.count()
    return Report(
        title=f"Point 12: what the app does for each request, beside commit {EARLIER}",
        rows=[
            Row(what=f"processor time for a sign-in, share of {EARLIER}'s", limit=1.0,
                ours=ours.sign_in / theirs.sign_in),
            *beside(ours.rows(), theirs.rows()),
        ],
        notes=[
            f"Median of {ROUNDS} rounds of {PEOPLE} people in turns, one of three the first of "
            "a company; from the call of the WSGI app to the last byte, calls to Nylas included.",
            f"Instructions by valgrind's callgrind, of {COUNTED} sign-ins.",
        ],
    )  # fmt: skip
