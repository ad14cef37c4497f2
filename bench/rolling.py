"""Restarts instances one after the other, as a careful operator does: the next one only when the
one before is back."""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from bench.servers import Program

_GRACE_SECONDS = 150.0


@dataclass(frozen=True, kw_only=True)
class Restart:
    """One that is over: seconds until the old one had ended, and until the new one was ready."""

    ended: float
    ready: float


async def restart(program: Program) -> Restart:
    """Stop with SIGTERM, wait until everybody there is through, and start anew."""
    program.tell(signal.SIGTERM)
    ended = await asyncio.to_thread(program.wait, _GRACE_SECONDS)
    ready = await asyncio.to_thread(program.start)
    return Restart(ended=ended, ready=ready)


async def restart_all(
    programs: Sequence[Program], *, first_after: float, pause: float
) -> list[Restart]:
    """Restart one after the other, ``pause`` seconds apart."""
    await asyncio.sleep(first_after)
    done = []
    for program in programs:
        done.append(await restart(program))
        await asyncio.sleep(pause)
    return done
