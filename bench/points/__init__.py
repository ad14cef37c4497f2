"""One module for each point of README.md; ``run`` measures it and gives a report."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

from bench.report import Report

POINTS = (1, 2, 3, 4, 5, 6, 7)


def run(point: int, *, processes: int, logs: Path | None = None) -> Report:
    """Measure a point.

    :param processes: how many our page runs in.
    :param logs: where to keep the logs of everything that took part.
    """
    module = importlib.import_module(f"bench.points.point{point}")
    measure = cast(Callable[..., Report], module.run)
    return measure(processes=processes, logs=logs / f"point{point}" if logs else None)
