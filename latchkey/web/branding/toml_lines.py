"""Finds the line of a TOML file that sets a key, which Python's own reader does not tell."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

Key = tuple[str, ...]

_TABLE = re.compile(r"\s*\[([^\[].*)\]\s*(#.*)?")
_NAME = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_SETS = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")


def line_of(lines: Sequence[str], key: Key) -> int:
    """Return the number of the first line that sets ``key``, or else what it is in; 0 for none."""
    for length in range(len(key), 0, -1):
        for number, found in _keys(lines):
            if found[:length] == key[:length]:
                return number
    return 0


def _keys(lines: Sequence[str]) -> Iterator[tuple[int, Key]]:
    table: Key = ()
    for number, line in enumerate(lines, 1):
        if header := _TABLE.fullmatch(line):
            table = _parts(header[1])
            yield number, table
        elif sets := _SETS.match(line):
            yield number, table + _parts(sets[1])


def _parts(dotted: str) -> Key:
    """The names of a dotted key, which TOML lets be quoted."""
    try:
        inner: Any = tomllib.loads(f"{dotted} = 0")
        parts = []
        while isinstance(inner, dict):
            ((name, inner),) = inner.items()
            parts.append(name)
    except (ValueError, RecursionError):  # a line inside a longer text
        return ()
    return tuple(parts)
