"""App passwords: the forms in which they are pasted, and what certainly is none."""

import re
from collections.abc import Iterator

from latchkey.providers.mailhosts.table import MailHost

_BLANKS = " \t\r\n\u00a0\u2009\u202f"
_FOUR_GROUPS = re.compile(r"[A-Za-z]{4}(?:[ \u00a0\u202f][A-Za-z]{4}){3}")
_NO_BLANKS = dict.fromkeys(map(ord, _BLANKS))


def clean_app_password(password: str, host: MailHost | None) -> str:
    """Return an app password without the blanks and dashes it was pasted with, at its ends, too.

    Only what then has the shape of the provider's app passwords is changed. Every other value comes
    back exactly as typed, since a blank may be part of a password.
    """
    if host is None or host.help is None:
        return password
    compact = password.translate(_NO_BLANKS)
    for candidate in (compact, compact.replace("-", "")):
        if host.help.shape and re.fullmatch(host.help.shape, candidate):
            return candidate
    return compact if host.help.letter_groups and _FOUR_GROUPS.fullmatch(password) else password


def is_no_app_password(password: str, host: MailHost | None) -> bool:
    """Tell whether the provider takes only passwords it made itself, and this is none of them.

    Certain only: the shape is known, and the password differs from it in more than blanks, dashes
    and capital letters, which come along when people type what a page shows.
    """
    if host is None or host.help is None or not (host.help.is_required and host.help.shape):
        return False
    return not any(
        re.fullmatch(host.help.shape, spelling, re.IGNORECASE) for spelling in _spellings(password)
    )


def _spellings(password: str) -> Iterator[str]:
    compact = password.translate(_NO_BLANKS)
    letters = compact.replace("-", "")
    yield from (compact, letters, "-".join(re.findall(".{1,4}", letters)))
