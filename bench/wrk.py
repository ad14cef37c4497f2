"""wrk: how many answers a second a program gives, and how late the slowest are."""

import re
import subprocess
from dataclasses import dataclass

from bench.servers import Program, find_program

_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, kw_only=True)
class Round:
    """What wrk found.

    :ivar slow: milliseconds that 99 of 100 answers did not exceed.
    """

    per_second: float
    slow: float


def hammer(
    program: Program, seconds: int, *, connections: int, headers: tuple[str, ...] = ()
) -> Round:
    """Ask for the first page as often as it is answered.

    :param headers: such as ``Accept-Language: ar``.
    :raises RuntimeError: an answer was an error, or none came.
    """
    command = [
        find_program("wrk"), "--threads", "1", "--connections", str(connections), "--latency",
        "--duration", f"{seconds}s", "--timeout", "30s",
        *(part for header in headers for part in ("--header", header)),
        f"http://127.0.0.1:{program.port}/",
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    per_second = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    slow = re.search(r"99%\s+([0-9.]+)(us|ms|s|m)\s", said)
    if not per_second or not slow or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{program.name} under wrk:\n{said}")
    return Round(per_second=float(per_second[1]), slow=float(slow[1]) * _MILLISECONDS[slow[2]])
