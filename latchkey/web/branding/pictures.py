"""Pictures of a brand: of a kind that browsers show, small, and drawings without scripts."""

import re
from collections.abc import Mapping
from pathlib import Path

PICTURE_BYTES = 1024 * 1024
PICTURE_TYPES = (".svg", ".png", ".jpg", ".jpeg", ".webp")
_SCRIPT = re.compile(rb"<\s*script|\son[a-z]+\s*=|javascript:|<\s*foreignObject", re.IGNORECASE)
_OUTSIDE = re.compile(rb"(?:href|src)\s*=\s*[\"']\s*(?!#|data:image/)|url\(\s*[\"']?(?!#)|@import")


def check_picture(path: Path) -> Path:
    """Return ``path`` if a browser can show the picture and nothing in it reaches outside.

    :raises ValueError: missing, too large, another kind of file, or a drawing with a script.
    """
    try:
        with path.open("rb") as file:
            content = file.read(PICTURE_BYTES + 1)
    except OSError as error:
        raise ValueError(f"cannot be read: {path} ({type(error).__name__})") from None
    if len(content) > PICTURE_BYTES:
        raise ValueError("must be a file of 1 MB at most")
    if not _is_picture(path.suffix.lower(), content):
        raise ValueError(f"is no {path.suffix[1:].upper()} picture: {path}")
    if path.suffix.lower() == ".svg" and (_SCRIPT.search(content) or _OUTSIDE.search(content)):
        raise ValueError("must be a drawing without scripts and outside references")
    return path


def _is_picture(suffix: str, content: bytes) -> bool:
    starts: Mapping[str, bool] = {
        ".svg": b"<svg" in content[:4096].lower(),
        ".png": content.startswith(b"\x89PNG\r\n\x1a\n"),
        ".jpg": content.startswith(b"\xff\xd8\xff"),
        ".jpeg": content.startswith(b"\xff\xd8\xff"),
        ".webp": content[:4] == b"RIFF" and content[8:12] == b"WEBP",
    }
    return starts[suffix]
