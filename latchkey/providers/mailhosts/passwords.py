"""App passwords: the forms in which they are pasted, and what certainly is none."""

import re
import unicodedata
from collections.abc import Iterator

from latchkey.providers.mailhosts.help import Help
from latchkey.providers.mailhosts.table import MailHost

_FOUR_GROUPS = re.compile(r"[A-Za-z]{4}(?:[ \u00a0\u202f][A-Za-z]{4}){3}")


def clean_app_password(password: str, host: MailHost | None) -> str:
    """Return an app password without what it was pasted with: blanks, dashes, invisible signs.

    Only what then has the shape of the provider's app passwords is changed. Every other value comes
    back exactly as typed, since any character may be part of a password.
    """
    if host is None or host.help is None:
        return password
    compact = _compact(password)
    for candidate in (compact, compact.replace("-", "")):
        if _fits(candidate, host.help):
            return candidate
    return compact if host.help.letter_groups and _FOUR_GROUPS.fullmatch(password) else password


def is_no_app_password(password: str, host: MailHost | None) -> bool:
    """Tell whether the provider takes only passwords it made itself, and this is none of them.

    Certain only: the shape is known, and the password differs from it in more than blanks, dashes,
    capital letters and invisible signs, which come along when people type or copy what a page
    shows.
    """
    if host is None or host.help is None or not (host.help.is_required and host.help.shape):
        return False
    return not any(_fits(spelling, host.help) for spelling in _spellings(password))


def _fits(text: str, help_: Help) -> bool:
    """Tell whether a text has the shape of the provider's app passwords.

    Keyboards put in capital letters; where people may have a password of their own, it is theirs.
    """
    # Without ASCII, a dotless i would be one of [a-z].
    flags = re.ASCII | re.IGNORECASE if help_.is_required else re.ASCII
    return bool(help_.shape) and re.fullmatch(help_.shape, text, flags) is not None


def _compact(password: str) -> str:
    """Return a password without blanks and invisible signs, in plain letters and hyphens."""
    plain = unicodedata.normalize("NFKC", password)
    return "".join(
        "-" if unicodedata.category(char) == "Pd" else char for char in plain if not is_blank(char)
    )


def is_blank(char: str) -> bool:
    """Tell whether a character looks like a blank, or like nothing."""
    return char in "\t\r\n" or unicodedata.category(char) in ("Zs", "Zl", "Zp", "Cf")


def _spellings(password: str) -> Iterator[str]:
    compact = _compact(password)
    letters = compact.replace("-", "")
    yield from (compact, letters, "-".join(re.findall(".{1,4}", letters)))
