"""One line of the doctor's checklist."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad it is: its sign in the checklist."""

    OK = "✓"
    NOTE = "·"
    WARNING = "!"
    FAILED = "✗"

    @property
    def log_level(self) -> int:
        """The level of the same finding in a log."""
        levels = {Level.WARNING: logging.WARNING, Level.FAILED: logging.ERROR}
        return levels.get(self, logging.INFO)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a check found.

    :ivar check: name of the check, for programs.
    :ivar text: what is the case.
    :ivar fix: what to do about it, "" when nothing has to be done.
    """

    check: str
    level: Level
    text: str
    fix: str = ""

    @property
    def sentence(self) -> str:
        """Finding and fix in one line."""
        return f"{self.text} {self.fix}".strip()


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 0 when all is well, 1 with warnings, 2 when something does not work."""
    levels = {finding.level for finding in findings}
    return 2 if Level.FAILED in levels else 1 if Level.WARNING in levels else 0
