"""App passwords as providers show them, because their blanks are not part of them."""

import re

from latchkey.providers.mailhosts.table import MailHost

_BLANKS = " \u00a0\u202f"
_FOUR_GROUPS = re.compile(rf"[A-Za-z]{{4}}(?:[{_BLANKS}][A-Za-z]{{4}}){{3}}")
_NO_BLANKS = dict.fromkeys(map(ord, _BLANKS))


def clean_app_password(password: str, host: MailHost | None) -> str:
    """Drop the blanks inside an app password that was pasted the way its provider shows it.

    Happens only at a provider known to show four groups of four letters. Every other value comes
    back exactly as typed, since a blank may be part of a password.
    """
    if host is None or host.help is None or not host.help.letter_groups:
        return password
    return password.translate(_NO_BLANKS) if _FOUR_GROUPS.fullmatch(password) else password
