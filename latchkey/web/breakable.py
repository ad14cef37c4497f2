"""Where a line may end: behind ``@`` and ``.`` of an address, not at the hyphen of “sign-in”."""

import re

from markupsafe import Markup, escape

from latchkey.infra.printable import printable

_WRAP = Markup("<wbr>")
# At most nine letters, so that it fits a small phone with large text.
_SHORT_COMPOUND = re.compile(r"(?<![\w-])(?:\w{1,5}-\w{1,3}|\w{1,3}-\w{1,5})(?!\w)")
_WHOLE = r'<span class="whole">\g<0></span>'


def breakable(text: str) -> Markup:
    """Return ``text``, escaped, with a place to wrap behind each ``@`` and ``.`` (HTML: wbr)."""
    escaped = escape(printable(text))
    for mark in "@.":
        escaped = escaped.replace(mark, mark + _WRAP)
    return escaped


def whole(text: str) -> Markup:
    """Return ``text``, escaped, with no line break in compounds such as “sign-in” and “e-mail”."""
    return Markup(_SHORT_COMPOUND.sub(_WHOLE, str(escape(printable(text)))))  # noqa: S704 # escaped
