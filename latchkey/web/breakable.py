"""Where long addresses and server names may wrap: behind ``@`` and ``.``, not inside a word."""

from markupsafe import Markup, escape

from latchkey.infra.printable import printable

_WRAP = Markup("<wbr>")


def breakable(text: str) -> Markup:
    """Return ``text``, escaped, with a place to wrap behind each ``@`` and ``.`` (HTML: wbr)."""
    escaped = escape(printable(text))
    for mark in "@.":
        escaped = escaped.replace(mark, mark + _WRAP)
    return escaped
