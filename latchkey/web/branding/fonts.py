"""Font files of a brand: WOFF2, of which only the table directory is read (WOFF2, 4 and 5.2).

The tables themselves are compressed and left to the browsers, which check each font that they load.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from latchkey.web.branding.reading import read_at_most

FONT_BYTES = 512 * 1024
SUFFIX = ".woff2"
_HEADER_BYTES = 48
# Tables by their numbers in the directory.
_GLYF, _LOCA, _FVAR, _OTHER = 10, 11, 47, 63


@dataclass(frozen=True)
class Font:
    """A font in memory: what is served is what was checked and hashed.

    :ivar variable: it holds all weights between its lightest and its boldest.
    """

    content: bytes = field(repr=False)
    variable: bool
    mimetype: str = "font/woff2"


def read_font(path: Path) -> Font:
    """Return the font at ``path``.

    :raises ValueError: missing, too large, cut off, or another kind of file.
    """
    if path.suffix.lower() != SUFFIX:
        raise ValueError(f"must be a WOFF2 file ({SUFFIX})")
    content = read_at_most(path, FONT_BYTES, "512 KB")
    if not content.startswith(b"wOF2"):
        raise ValueError(f"is no WOFF2 font: {path}")
    tables = _tables(content)
    if not tables or int.from_bytes(content[8:12]) != len(content):
        raise ValueError(f"is a damaged WOFF2 font: {path}")
    return Font(content, variable=_FVAR in tables)


def _tables(content: bytes) -> set[int]:
    """The numbers of the tables in the directory; none when the file ends within it."""
    try:
        return set(_directory(content))
    except IndexError:
        return set()


def _directory(content: bytes) -> Iterator[int]:
    at = _HEADER_BYTES
    for _ in range(int.from_bytes(content[12:14])):
        table, transform = content[at] & 0b111111, content[at] >> 6
        at += 5 if table == _OTHER else 1
        # Of these two, 3 is the form that is not transformed; of all others, 0.
        transformed = transform != (3 if table in (_GLYF, _LOCA) else 0)
        for _ in range(2 if transformed else 1):
            while content[at] & 0b10000000:
                at += 1
            at += 1
        yield table
