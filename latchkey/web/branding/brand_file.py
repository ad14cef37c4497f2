"""Reads brand.toml and says precisely what is wrong in it: file, line, key, what is allowed."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from latchkey.infra.languages import BY_TAG
from latchkey.infra.settings.files import why_unreadable
from latchkey.infra.settings.line_of_text import line_of_text
from latchkey.web.branding import values
from latchkey.web.branding.background import GRADIENT
from latchkey.web.branding.brand_values import BrandFile
from latchkey.web.branding.fonts import Font, read_font
from latchkey.web.branding.own_stylesheet import own_stylesheet
from latchkey.web.branding.palette import NAMES
from latchkey.web.branding.pictures import PICTURE_TYPES, Picture, read_picture
from latchkey.web.branding.presets import CORNERS, FONTS, PRESETS
from latchkey.web.branding.texts import text_checks
from latchkey.web.branding.toml_lines import line_of
from latchkey.web.branding.values import Check, list_of, one_of

APPEARANCES = ("auto", "light", "dark")
LAYOUTS = ("card", "plain", "split")
DENSITIES = ("comfortable", "compact")
LINKS = ("website", "support", "privacy", "terms", "imprint", "accessibility")
THEMES = ("light", "dark")
# What only the file of one brand among several has: who sees it.
CHOOSING: Mapping[str, Check] = {
    "hosts": list_of(values.host),
    "client_ids": list_of(values.client_id),
    "redirect_origins": list_of(values.redirect_origin),
}
# What is in the file itself, not in others beside it.
_WORDS: Mapping[str, Check] = {
    "name": line_of_text(60),
    "tagline": line_of_text(140),
    "support_email": values.email,
    "appearance": one_of(APPEARANCES),
    "theme_hint": values.switch,
    "corners": one_of(CORNERS),
    "font": one_of(FONTS),
    "layout": one_of(LAYOUTS),
    "side_text": line_of_text(200),
    "density": one_of(DENSITIES),
    "language": one_of(tuple(BY_TAG)),
    "preset": one_of(PRESETS),
}
# What a value of these comes with: a brand that replaces the one inherits none of the others.
_TOGETHER: Mapping[str, tuple[str, ...]] = {
    "font": ("font_file", "font_file_bold"),
    "font_file": ("font_file_bold",),
    "logo": ("logo_dark",),
    "background": ("background_dark",),
}
# More names than these are not listed when one of them is misspelt.
_MOST_LISTED = 40


class BrandFileError(Exception):
    """The file cannot be used; the text names file, line, key and what is allowed."""


def read_brand_file(
    path: Path, base: BrandFile | None = None, *, choosing: bool = False
) -> BrandFile:
    """Read and check a whole file.

    :param base: what it inherits from.
    :param choosing: it is one of several brands, and may say who sees it.
    :raises BrandFileError: one problem or more; all are in its text, one a line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrandFileError(f"{path} is not TOML: {error}.") from None
    # Bytes that are no text; a number or a nesting without end.
    except (OSError, ValueError, RecursionError) as error:
        raise BrandFileError(f"{path} {why_unreadable(path, error)}.") from None
    return _Reader(path, text, choosing=choosing).read(given, base or BrandFile())


class _Reader:
    """Checks one file; collects every problem before it refuses."""

    def __init__(self, path: Path, text: str, *, choosing: bool) -> None:
        self._path = path
        self._lines = text.splitlines()
        self._problems: list[str] = []
        colors = {theme: dict.fromkeys(NAMES, values.color) for theme in THEMES}
        self._checks: Mapping[str, Check] = {
            **_WORDS,
            "font_file": self._font,
            "font_file_bold": self._font,
            "side_image": self._picture,
            "logo": self._picture,
            "logo_dark": self._picture,
            "favicon": self._picture,
            "background": self._background,
            "background_dark": self._picture,
            "stylesheet": lambda value: own_stylesheet(
                self._path.parent / line_of_text(500)(value)
            ),
            "colors": self._tables("colors", colors),
            "links": self._keys("links", checks=dict.fromkeys(LINKS, values.https)),
            "texts": self._tables("texts", dict.fromkeys(BY_TAG, text_checks())),
            **(CHOOSING if choosing else {}),
        }

    def read(self, given: Mapping[str, Any], base: BrandFile) -> BrandFile:
        said = self._table(given, (), self._checks)
        if preset := said.pop("preset", ""):
            base = base.layered(PRESETS[preset], source=f"preset {preset}")
        read = _inherited(base, said).layered(said, source=self._path.name)
        if read.layout == "split" and not (read.side_text or read.side_image):
            self._problem(("layout",), "split needs side_image, side_text or both")
        if read.font_file_bold and not read.font_file:
            self._problem(("font_file_bold",), "needs font_file, too")
        if self._problems:
            raise BrandFileError("\n".join(self._problems))
        return read

    def _keys(self, *table: str, checks: Mapping[str, Check]) -> Check:
        return partial(self._table, table=table, checks=checks)

    def _tables(self, name: str, tables: Mapping[str, Mapping[str, Check]]) -> Check:
        inner = {key: self._keys(name, key, checks=checks) for key, checks in tables.items()}
        return self._keys(name, checks=inner)

    def _table(
        self, given: Any, table: tuple[str, ...], checks: Mapping[str, Check]
    ) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise ValueError("must be a table")
        good = {}
        for name, value in given.items():
            key = (*table, name)
            if name not in checks:
                self._problem(key, f"is not known{_what_is_known(name, checks)}")
                continue
            try:
                good[name] = checks[name](value)
            except ValueError as error:
                self._problem(key, str(error))
        return good

    def _picture(self, value: Any) -> Picture:
        path = self._path.parent / line_of_text(500)(value)
        if path.suffix.lower() not in PICTURE_TYPES:
            raise ValueError(f"must be an image file ({' '.join(PICTURE_TYPES)})")
        return read_picture(path)

    def _font(self, value: Any) -> Font:
        return read_font(self._path.parent / line_of_text(500)(value))

    def _background(self, value: Any) -> Picture | str:
        return GRADIENT if value == GRADIENT else self._picture(value)

    def _problem(self, key: tuple[str, ...], what: str) -> None:
        number = line_of(self._lines, key)
        line = f", line {number}" if number else ""
        self._problems.append(f"{self._path.name}{line}: {'.'.join(key)} {what}.")


def _inherited(base: BrandFile, said: Mapping[str, Any]) -> BrandFile:
    """What is left of ``base`` below ``said``: nothing that belongs to what is replaced."""
    gone = {other for name, others in _TOGETHER.items() if name in said for other in others}
    values: dict[str, Any] = dict.fromkeys(gone)
    values["sources"] = {key: name for key, name in base.sources.items() if key not in gone}
    return replace(base, **values)


def _what_is_known(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    guess = f" (did you mean “{near[0]}”?)" if near else ""
    if len(known) > _MOST_LISTED:
        return f"{guess}; allowed are the msgid lines of locales/latchkey.pot"
    return f"; allowed are {', '.join(known)}{guess}"
