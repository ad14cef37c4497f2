"""Tables that are looked up by the ending of a name, the longest first."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

_Found = TypeVar("_Found")


def dotted(suffixes: str) -> Iterator[str]:
    """Give the keys for every domain below one of ``suffixes``, which are separated by blanks."""
    return (f".{suffix}" for suffix in suffixes.split())


def by_ending(table: Mapping[str, _Found], name: str, *, dot: str = ".") -> _Found | None:
    """Look up every ending of a name, the longest first; ``dot`` is what keys begin with."""
    labels = name.split(".")
    endings = (dot + ".".join(labels[start:]) for start in range(1, len(labels)))
    return next((table[ending] for ending in endings if ending in table), None)
