"""Reads the files that a brand names."""

from pathlib import Path

from latchkey.infra.settings.files import why_unreadable


def read_at_most(path: Path, most: int, size: str) -> bytes:
    """Return the content of the file at ``path``; of a larger one, no more is read than shows it.

    :param most: in bytes.
    :param size: the same in words, for the message.
    :raises ValueError: missing, or too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise ValueError(f"cannot be read: {path} {why_unreadable(path, error)}") from None
    if len(content) > most:
        raise ValueError(f"must be a file of {size} at most")
    return content
