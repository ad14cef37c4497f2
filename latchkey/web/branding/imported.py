"""What a brand takes from the Nylas application: the look that its Hosted auth pages had.

Nylas's names are on the left (API reference, ApplicationObject), the keys of brand.toml on the
right. No live answer was seen, so it is assumed that ``color_secondary`` is the colour of links,
that ``background_color`` is meant for light pages, and that title and subtitle are plain text in
the language that ``DEFAULT_LANGUAGE`` names. ``alignment``, ``spacing`` and ``description`` have no
counterpart; legal links are not among what Nylas has.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from latchkey.infra.settings.line_of_text import line_of_text
from latchkey.web.branding import values
from latchkey.web.branding.pictures import Picture

SOURCE = "Nylas"
_LONGEST_TEXT = 300

FetchPicture = Callable[[str], Picture]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What was taken over.

    :ivar values: as a brand file has them.
    :ivar left_out: a sentence for each value that cannot be used.
    """

    values: Mapping[str, Any]
    left_out: tuple[str, ...] = ()


def imported(look: Mapping[str, str], fetch: FetchPicture, *, language: str) -> Imported:
    """Make values of a brand file of what Nylas has.

    :param look: of ``nylas.Application``.
    :param fetch: returns the picture at an address, or raises ``ValueError``.
    :param language: that of title and subtitle.
    """
    given: dict[str, Any] = {}
    left_out = []
    for name, (key, check) in _targets(fetch, language).items():
        if name not in look:
            continue
        try:
            value = check(look[name])
        except ValueError as error:
            left_out.append(f"{name} {error}")
            continue
        _put(given, key, value)
    return Imported(values=given, left_out=tuple(left_out))


def _targets(
    fetch: FetchPicture, language: str
) -> Mapping[str, tuple[tuple[str, ...], values.Check]]:
    return {
        "name": (("name",), line_of_text(60)),
        "icon_url": (("logo",), fetch),
        "website_url": (("links", "website"), values.https),
        "background_image_url": (("background",), fetch),
        "color_primary": (("colors", "light", "primary"), values.color),
        "color_secondary": (("colors", "light", "link"), values.color),
        "background_color": (("colors", "light", "background"), values.color),
        "title": (("texts", language, "title"), _text),
        "subtitle": (("texts", language, "subtitle"), _text),
    }


def _text(value: str) -> str:
    """A text without placeholders; pages escape it, as all texts of a brand."""
    line: str = line_of_text(_LONGEST_TEXT)(value)
    return line.replace("%", "%%")


def _put(given: dict[str, Any], key: tuple[str, ...], value: Any) -> None:
    *tables, name = key
    for table in tables:
        given = given.setdefault(table, {})
    given[name] = value
