"""One setting: its name, its default as text, and the parser of that text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One setting. ``unset`` is its value when there is neither a text nor a default."""

    name: str
    default: str = ""
    parse: Callable[[str], Any] = str
    unset: Any = ""
    secret: bool = False


def setting(
    default: str = "",
    parse: Callable[[str], Any] = str,
    *,
    unset: Any = "",
    secret: bool = False,
) -> Any:
    """Declare a field of a dataclass as a setting of the field's name in capital letters.

    A secret is kept out of the dataclass's ``repr``.
    """
    variable = Variable(name="", default=default, parse=parse, unset=unset, secret=secret)
    return field(repr=not secret, metadata={"variable": variable})


def variables_of(settings: type, **groups: tuple[Variable, ...]) -> Iterator[Variable]:
    """Yield the settings of a dataclass, in its order.

    :param groups: what a field is made of that is not one setting but many.
    """
    for entry in fields(settings):
        if entry.name in groups:
            yield from groups[entry.name]
        else:
            yield replace(entry.metadata["variable"], name=entry.name.upper())
