"""``python -m bench [POINT...]``: measure, print, and fail when ours misses a limit."""

import argparse
import datetime
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.points import POINTS, run
from bench.report import Report
from bench.servers import CORES, Setup, allow_many_files


def main() -> int:
    """Measure the points of the command line, all of them unless some are named."""
    wanted = read_arguments()
    setup = Setup(
        processes=wanted.processes,
        settings=dict(setting.split("=", 1) for setting in wanted.set),
        logs=wanted.logs,
    )
    allow_many_files()
    # What was loaded until here stays; looking through it again would only delay the driver.
    gc.freeze()
    now = datetime.datetime.now(datetime.UTC)
    print(f"{now:%Y-%m-%d %H:%M} UTC, {_machine()}, {_deployed(setup)}\n")
    missed = []
    for point in wanted.points or POINTS:
        try:
            report = run(point, setup)
        except RuntimeError as error:
            # The other points can be measured all the same.
            report = Report(title=f"Point {point} was not measured", broken=str(error))
        print(report.text(), flush=True)
        missed += [] if report.holds else [str(point)]
    if missed:
        print(f"Ours misses a limit, or was not measured, in: {', '.join(missed)}")
    return 1 if missed else 0


def read_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line, or what is given instead."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("points", nargs="*", type=_point, metavar="POINT")
    parser.add_argument("--processes", type=int, default=1, help="of our page (default: 1)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="another setting of it"
    )
    parser.add_argument("--logs", type=Path, help="keep the logs of all programs in this folder")
    return parser.parse_args(arguments)


def _point(text: str) -> int:
    if not text.isdecimal() or int(text) not in POINTS:
        raise argparse.ArgumentTypeError(f"there are the points {POINTS[0]} to {POINTS[-1]}")
    return int(text)


def _machine() -> str:
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = ".".join(map(str, sys.version_info[:3]))
    load = os.getloadavg()[0]
    return f"{CORES} cores, {gigabytes:.0f} GB, Python {python}, load before {load:.2f}"


def _deployed(setup: Setup) -> str:
    settings = "".join(f", {name}={value}" for name, value in setup.settings.items())
    return f"our page in {setup.processes} process{'es' * (setup.processes > 1)}{settings}"


if __name__ == "__main__":
    sys.exit(main())
