"""Codec: frozen dataclasses to JSON and back, for cookies, codes and the shared store.

One converter for all of them (cattrs, generated code for each class): values that are the default
are left out, which keeps cookies short, and a field that is not known is refused.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import cattrs

T = TypeVar("T")

_converter = cattrs.Converter(
    forbid_extra_keys=True, omit_if_default=True, detailed_validation=False
)

_REFUSALS = (
    cattrs.BaseValidationError, cattrs.ForbiddenExtraKeysError,
    LookupError, TypeError, ValueError, AttributeError, OverflowError,
)  # fmt: skip


class UnknownShape(Exception):
    """The JSON is not of this class as this version of the program knows it."""


def write_by_name(kind: type[T], *, name: Callable[[T], str], find: Callable[[str], T]) -> None:
    """Write instances of ``kind`` as a name alone, for what is the same in every process.

    :param find: returns the instance of a name; raises ``LookupError`` for an unknown one.
    """
    _converter.register_unstructure_hook(kind, name)
    _converter.register_structure_hook(kind, lambda text, _: find(text))


def to_json(value: Any) -> Any:
    """Return ``value``, an instance of a frozen dataclass, as JSON can carry it."""
    return _converter.unstructure(value)


def from_json(kind: type[T], data: Any) -> T:
    """Return the instance of ``kind`` that ``to_json`` made ``data`` of.

    :raises UnknownShape: it is none, or one with other fields.
    """
    try:
        return _converter.structure(data, kind)
    except _REFUSALS as error:
        raise UnknownShape(kind.__name__) from error
