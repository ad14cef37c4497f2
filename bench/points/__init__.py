"""One module for each point of README.md; ``run`` measures it and gives a report."""

import dataclasses
import importlib
from collections.abc import Callable
from typing import cast

from bench.report import Report
from bench.servers import Setup

POINTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)


def run(point: int, setup: Setup) -> Report:
    """Measure a point."""
    module = importlib.import_module(f"bench.points.point{point}")
    if setup.logs:
        setup = dataclasses.replace(setup, logs=setup.logs / f"point{point}")
    return cast(Callable[[Setup], Report], module.run)(setup)
