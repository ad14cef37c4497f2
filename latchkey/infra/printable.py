"""What pages repeat of what was typed, without the characters that no page may hold.

HTML forbids control characters and noncharacters (HTML standard, 13.2.3.5, "Preprocessing the
input stream"). The text itself is judged as it was typed.
"""

import re

from markupsafe import Markup

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def printable(value: object) -> object:
    """Return ``value`` as a template may print it, which is what Jinja's ``finalize`` wants."""
    # Markup is made of values that were looked at before.
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    # What Python calls printable holds none of them; most texts of a page are, and it is quick.
    return value if value.isprintable() else _FORBIDDEN.sub("", value)
