"""Tables of brand files, put together and listed."""

from collections.abc import Collection, Mapping
from typing import Any


def merged(below: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``below`` with ``over`` on top, key by key, in the tables inside them, too."""
    return {**below} | {
        name: merged(below.get(name, {}), value) if isinstance(value, Mapping) else value
        for name, value in over.items()
    }


def dotted(given: Mapping[str, Any]) -> list[str]:
    """Return the dotted keys of all values in a table and the tables in it."""
    keys = []
    for name, value in given.items():
        inner = dotted(value) if isinstance(value, Mapping) else [""]
        keys += [f"{name}.{key}".rstrip(".") for key in inner]
    return keys


def without(given: Mapping[str, Any], keys: Collection[str], *, table: str = "") -> dict[str, Any]:
    """Return ``given`` without the values of these dotted keys."""
    left = {}
    for name, value in given.items():
        if isinstance(value, Mapping):
            if inner := without(value, keys, table=f"{table}{name}."):
                left[name] = inner
        elif f"{table}{name}" not in keys:
            left[name] = value
    return left
