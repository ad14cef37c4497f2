"""Reads brand.toml and says precisely what is wrong in it: file, line, key, what is allowed."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from latchkey.web.branding.palette import NAMES
from latchkey.web.branding.pictures import PICTURE_TYPES, check_picture

APPEARANCES = ("auto", "light", "dark")
CORNERS = {
    "square": ("0", "0"), "soft": ("0.625rem", "1.25rem"),
    "round": ("1rem", "1.75rem"), "pill": ("1.5rem", "2rem"),
}  # fmt: skip
FONTS = {
    "system": 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", '
    "sans-serif",
    "humanist": 'Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", sans-serif',
    "geometric": 'Avenir, Montserrat, Corbel, "URW Gothic", sans-serif',
    "serif": 'Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif',
    "mono": 'ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", monospace',
}
LAYOUTS = ("card", "plain")
LINKS = ("website", "support", "privacy", "terms", "imprint", "accessibility")
PRESETS: Mapping[str, Mapping[str, Any]] = {
    "calm": {},
    "plain": {"layout": "plain", "corners": "soft"},
    "night": {"appearance": "dark"},
    "warm": {
        "corners": "round",
        "colors": {"light": {"background": "#f8f3ec", "surface": "#fffdf9"}},
    },
}


class BrandFileError(Exception):
    """The file cannot be used; the text names file, line, key and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class BrandFile:
    """What a brand file says; what it leaves out is "" or empty.

    :ivar colors: by theme ("light", "dark"), then by name, see ``palette.NAMES``.
    :ivar links: by name, see ``LINKS``; https.
    """

    name: str = ""
    tagline: str = ""
    support_email: str = ""
    appearance: str = "auto"
    corners: str = "soft"
    font: str = "system"
    layout: str = "card"
    logo: Path | None = None
    logo_dark: Path | None = None
    favicon: Path | None = None
    colors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)


def read_brand_file(path: Path) -> BrandFile:
    """Read and check a whole file.

    :raises BrandFileError: one problem or more; all are in its text, one a line.
    """
    try:
        text = path.read_text(encoding="utf-8")
        given = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise BrandFileError(f"{path} cannot be read ({type(error).__name__}).") from None
    except tomllib.TOMLDecodeError as error:
        raise BrandFileError(f"{path} is not TOML: {error}.") from None
    return _Reader(path, text).read(given)


class _Reader:
    """Checks one file; collects every problem before it refuses."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()
        self._problems: list[str] = []
        self._checks: Mapping[str, Callable[[Any], Any]] = {
            "name": _line_of_text(60),
            "tagline": _line_of_text(140),
            "support_email": _email,
            "appearance": _one_of(APPEARANCES),
            "corners": _one_of(CORNERS),
            "font": _one_of(FONTS),
            "layout": _one_of(LAYOUTS),
            "logo": self._picture,
            "logo_dark": self._picture,
            "favicon": self._picture,
            "colors": lambda value: self._table(value, "colors", ("light", "dark"), self._theme),
            "links": lambda value: self._table(value, "links", LINKS, _https),
        }

    def read(self, given: Mapping[str, Any]) -> BrandFile:
        preset = given.get("preset", "calm")
        if not isinstance(preset, str) or preset not in PRESETS:
            self._problem("preset", f"must be one of {', '.join(PRESETS)}")
        own = {name: value for name, value in given.items() if name != "preset"}
        values = {**PRESETS.get(str(preset), {}), **self._table(own, "", tuple(self._checks), None)}
        if self._problems:
            raise BrandFileError("\n".join(self._problems))
        return BrandFile(**values)

    def _table(
        self,
        given: Any,
        table: str,
        allowed: tuple[str, ...],
        check: Callable[[Any], Any] | None,
    ) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise ValueError("must be a table")
        values = {}
        for name, value in given.items():
            key = f"{table}.{name}" if table else name
            if name not in allowed:
                self._problem(key, f"is not known; allowed are {', '.join(allowed)}")
                continue
            try:
                values[name] = (check or self._checks[name])(value)
            except ValueError as error:
                self._problem(key, str(error))
        return values

    def _theme(self, given: Any) -> dict[str, str]:
        return self._table(given, "colors", NAMES, _color)

    def _picture(self, value: Any) -> Path:
        path = self._path.parent / _line_of_text(500)(value)
        if path.suffix.lower() not in PICTURE_TYPES:
            raise ValueError(f"must be an image file ({' '.join(PICTURE_TYPES)})")
        return check_picture(path)

    def _problem(self, key: str, what: str) -> None:
        name = re.escape(key.rpartition(".")[2])
        pattern = re.compile(rf"\s*(\[.*\b{name}\]|\"?{name}\"?\s*=)")
        found = [n for n, line in enumerate(self._lines, 1) if pattern.match(line)]
        line = f", line {found[0]}" if found else ""
        self._problems.append(f"{self._path.name}{line}: {key} {what}.")


def _line_of_text(most: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise ValueError("must be a line of text")
        if len(value) > most:
            raise ValueError(f"must have {most} characters at most")
        return value.strip()

    return check


def _one_of(allowed: Mapping[str, Any] | tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return check


def _color(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError("must be a colour like #1f5fd6")
    return value.lower()


def _https(value: Any) -> str:
    text = _line_of_text(500)(value)
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or " " in text:
        raise ValueError("must be an address like https://example.com/privacy")
    return text


def _email(value: Any) -> str:
    text = _line_of_text(254)(value)
    if not re.fullmatch(r"[^\s@<>?&]+@[^\s@<>?&]+\.[^\s@<>?&]+", text):
        raise ValueError("must be an e-mail address")
    return text
