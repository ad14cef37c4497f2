"""Reads metrics as Prometheus does."""

import re

from latchkey.infra.metrics import exposition

Series = tuple[str, frozenset[tuple[str, str]]]


def parse(text: str) -> dict[Series, float]:
    """The value of each series of an exposition, by name and labels."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z_]+)(?:\{(.*)\})? (\S+)", line)
        assert match, line
        labels = frozenset(re.findall(r'(\w+)="([^"]*)"', match[2] or ""))
        found[match[1], labels] = float(match[3])
    return found


def value(name: str, text: str = "", **labels: str) -> float:
    """The sum of all series of this name that carry these labels."""
    series = parse(text or exposition().decode())
    wanted = set(labels.items())
    return sum(number for (found, has), number in series.items() if found == name and wanted <= has)


class Change:
    """How much a metric went up since this was made."""

    def __init__(self, name: str, **labels: str) -> None:
        self._name, self._labels = name, labels
        self._before = value(name, **labels)

    def __call__(self) -> float:
        return value(self._name, **self._labels) - self._before
