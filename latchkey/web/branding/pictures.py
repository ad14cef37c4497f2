"""Pictures of a brand: of a kind that browsers show, small, and drawings without scripts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from latchkey.web.branding.reading import read_at_most

PICTURE_BYTES = 1024 * 1024
PICTURE_TYPES: Mapping[str, str] = {
    ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}  # fmt: skip
_SCRIPT = re.compile(
    rb"<\s*script|\son[a-z]+\s*=|javascript:|<\s*foreignObject|<!ENTITY", re.IGNORECASE
)
_OUTSIDE = re.compile(rb"(?:href|src)\s*=\s*[\"']\s*(?!#|data:image/)|url\(\s*[\"']?(?!#)|@import")

# Characters that an error quotes.
_SHOWN = 40
_DRAWING = "http://www.w3.org/2000/svg svg"


@dataclass(frozen=True)
class Picture:
    """A picture in memory: what is served is what was checked and hashed.

    :ivar mimetype: such as ``image/png``.
    """

    content: bytes = field(repr=False)
    mimetype: str


def read_picture(path: Path) -> Picture:
    """Return the picture at ``path`` if a browser can show it and nothing in it reaches outside.

    :raises ValueError: missing, too large, another kind of file, or a drawing with a script.
    """
    content = read_at_most(path, PICTURE_BYTES, "1 MB")
    mimetype = PICTURE_TYPES[path.suffix.lower()]
    if not _is_picture(mimetype, content):
        raise ValueError(f"is no {path.suffix[1:].upper()} picture: {path}")
    return _harmless(Picture(content, mimetype))


def sniffed_picture(content: bytes) -> Picture:
    """Return the picture in ``content``; its type is decided by the bytes and nothing else.

    :raises ValueError: too large, no picture, or a drawing with a script.
    """
    if len(content) > PICTURE_BYTES:
        raise ValueError("has more than 1 MB")
    kinds = dict.fromkeys(PICTURE_TYPES.values())
    mimetype = next((kind for kind in kinds if _is_picture(kind, content)), "")
    if not mimetype:
        raise ValueError("is no SVG, PNG, JPEG or WebP picture")
    return _harmless(Picture(content, mimetype))


def _harmless(picture: Picture) -> Picture:
    if picture.mimetype == "image/svg+xml":
        _check_drawing(picture.content)
    return picture


def _check_drawing(content: bytes) -> None:
    if bad := _SCRIPT.search(content) or _OUTSIDE.search(content):
        found = ascii(content[bad.start() :][:_SHOWN].decode(errors="replace"))
        raise ValueError(
            f"must be a drawing without scripts and outside references; it has {found}"
        )
    names: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, _: names.append(name) if not names else None
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise ValueError(f"is a damaged drawing ({error})") from None
    if names[0] != _DRAWING:
        raise ValueError(
            'must have xmlns="http://www.w3.org/2000/svg" in its <svg>: without it, browsers show '
            "nothing"
        )


def _is_picture(mimetype: str, content: bytes) -> bool:
    # A drawing begins with "<", so it is none of the others.
    starts: Mapping[str, bool] = {
        "image/svg+xml": content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        and b"<svg" in content[:4096].lower(),
        "image/png": content.startswith(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg": content.startswith(b"\xff\xd8\xff"),
        "image/webp": content[:4] == b"RIFF" and content[8:12] == b"WEBP",
    }
    return starts[mimetype]
