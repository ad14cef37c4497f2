"""What the sandbox's own pages say; its answers to programs are English."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class SandboxTexts:
    """The language of a page.

    :ivar tag: as in BCP 47.
    :ivar rtl: it is written from right to left.
    :ivar translate: gives a sentence of these pages in the language.
    """

    tag: str = "en"
    rtl: bool = False
    translate: Callable[[str], str] = str


def N_(message: str) -> str:  # noqa: N802 (the name that gettext tools look for)
    """Mark ``message`` for translators where it is declared; it is translated where it is shown."""
    return message
