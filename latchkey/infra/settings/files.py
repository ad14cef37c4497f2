"""Files that settings name: parsers of their paths, and why one cannot be read, in words."""

import os
import pwd
import stat
from collections.abc import Callable
from pathlib import Path

_IMAGE_BYTES = 1024 * 1024
_IMAGE_TYPES = (".svg", ".png", ".jpg", ".jpeg", ".webp")


def folder_path(folder: Path) -> Callable[[str], Path]:
    """Make a parser of paths to folders that may not exist yet, seen from ``folder``."""
    return lambda value: folder / value


def existing_file(folder: Path) -> Callable[[str], Path]:
    """Make a parser of paths to files, seen from ``folder``."""

    def parse(value: str) -> Path:
        path = folder / value
        if not _is_file(path):
            raise ValueError(f"must be the path of a file; there is none at {path}")
        return path

    return parse


def image_file(folder: Path) -> Callable[[str], Path]:
    """Make a parser of paths to images, seen from ``folder``."""

    def parse(value: str) -> Path:
        path = folder / value
        if path.suffix.lower() not in _IMAGE_TYPES or not _is_file(path):
            kinds = " ".join(_IMAGE_TYPES)
            raise ValueError(
                f"must be the path of an image file ({kinds}); there is none at {path}"
            )
        if path.stat().st_size > _IMAGE_BYTES:
            raise ValueError("must be a file of 1 MB at most")
        return path

    return parse


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except PermissionError as error:
        raise ValueError(f"cannot be used: {path} {why_unreadable(path, error)}") from None
    except OSError:
        return False


def why_unreadable(path: Path, error: Exception) -> str:
    """Return what is wrong with a file, as the end of a sentence that begins with its path."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "does not exist"
    if isinstance(error, IsADirectoryError):
        return "is a directory; Docker makes one where the file to mount is missing"
    if isinstance(error, PermissionError):
        return f"may not be read by the user {_user(os.geteuid())}{_rights(path)}"
    if isinstance(error, UnicodeDecodeError):
        return "is no text in UTF-8"
    return f"cannot be read ({type(error).__name__})"


def _rights(path: Path) -> str:
    """Owner and mode of the file, or else of the first folder above it that is closed to us."""
    folders = reversed(path.absolute().parents)
    shut = next((one for one in folders if not os.access(one, os.X_OK, effective_ids=True)), None)
    it = f"the folder {shut}" if shut else "it"
    try:
        found = (shut or path).stat()
    except OSError:  # what is not a matter of modes
        return ""
    mode = stat.filemode(found.st_mode)
    return f": {it} belongs to {_user(found.st_uid)} and has the mode {mode}"


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container's user may have no name
        return str(uid)
