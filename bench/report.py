"""The table that a point prints: ours, the yardstick, their ratio, and whether the limit holds."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

_HEAD = ("what", "limit", "ours", "yardstick", "ratio", "holds")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that was measured.

    :ivar limit: what ours may be "at most" or must be "at least" (``rule``); none when the row is
        there to be read only.
    :ivar yardstick: the same of the naive page, when it was measured in this run.
    """

    what: str
    ours: float
    unit: str = ""
    limit: float | None = None
    rule: Literal["at most", "at least"] = "at most"
    yardstick: float | None = None

    @property
    def holds(self) -> bool:
        """Whether ours keeps the limit."""
        if self.limit is None:
            return True
        return self.ours <= self.limit if self.rule == "at most" else self.ours >= self.limit

    def cells(self) -> tuple[str, ...]:
        """The row as texts."""
        sign = "≤" if self.rule == "at most" else "≥"
        limit = "" if self.limit is None else f"{sign} {_number(self.limit)}"
        yardstick = "" if self.yardstick is None else _number(self.yardstick)
        ratio = _number(self.ours / self.yardstick) if self.yardstick else ""
        holds = "" if self.limit is None else "yes" if self.holds else "NO"
        what = f"{self.what}, {self.unit}" if self.unit else self.what
        return what, limit, _number(self.ours), yardstick, ratio, holds


def beside(ours: Sequence[Row], theirs: Sequence[Row]) -> list[Row]:
    """The rows of ours, each with the yardstick's value from its own row."""
    pairs = zip(ours, theirs, strict=True)
    return [dataclasses.replace(our, yardstick=their.ours) for our, their in pairs]


@dataclass(kw_only=True)
class Report:
    """What one point found.

    :ivar broken: why nothing was found.
    """

    title: str
    broken: str = ""
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether ours keeps every limit."""
        return not self.broken and all(row.holds for row in self.rows)

    def text(self) -> str:
        """A table in Markdown, aligned for a terminal, and the notes below it."""
        if self.broken:
            return f"## {self.title}\n\n{self.broken}\n"
        table = [_HEAD, *(row.cells() for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [_line(cells, widths) for cells in table]
        lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
        notes = [f"- {note}" for note in self.notes if note]
        return "\n".join([f"## {self.title}", "", *lines, *([""] if notes else []), *notes, ""])


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = [cells[0].ljust(widths[0])]
    padded += [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return "| " + " | ".join(padded) + " |"


def _number(value: float) -> str:
    """Three digits that matter, no more; whole numbers as they are."""
    if value == round(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1 else f"{value:.2g}"
