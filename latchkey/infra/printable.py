"""What pages repeat of what was typed, without the characters that no page may hold.

HTML forbids control characters and noncharacters (HTML standard, 13.2.3.5, "Preprocessing the
input stream"). The text itself is judged as it was typed.
"""

import re

from markupsafe import Markup, escape

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


# Nothing to escape and nothing forbidden: most of what a page repeats.
_HARMLESS = re.compile(r"[\w .,:/@-]*", re.ASCII)


def shown(value: object) -> str:
    """Return ``value`` as a page shows it: printable, and escaped unless it is markup."""
    # Markup first: Jinja's own way would copy it, and then copy the copy.
    if isinstance(value, Markup) or (type(value) is str and _HARMLESS.fullmatch(value)):
        return value
    return escape(printable(value))


def printable(value: object) -> object:
    """Return ``value`` without the characters that no page may hold, if it is a text."""
    # Markup is made of values that were looked at before.
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    # What Python calls printable holds none of them; most texts of a page are, and it is quick.
    return value if value.isprintable() else _FORBIDDEN.sub("", value)
