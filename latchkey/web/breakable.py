"""Where lines may end: behind ``@`` and ``.`` of an address, not at its hyphens or in “sign-in”."""

import re

from markupsafe import Markup, escape

from latchkey.infra.printable import printable

# No line begins with the ``com`` or ``co.uk`` of a name.
_MARK = re.compile(r"@|\.(?=[\w-]{4})", re.ASCII)
_WRAP = r"\g<0><wbr>"
_ADDRESS = re.compile(r"\S*[@.][\w<]\S*")
# With one letter on each side: a line may still end beside them where an address has no room.
_HYPHENS = re.compile(r"\w(?:-+\w){1,4}")
# At most nine letters, so that it fits a small phone with large text.
_SHORT_COMPOUND = re.compile(r"(?<![\w>-])(?:\w{1,5}-\w{1,3}|\w{1,3}-\w{1,5})(?!\w)")
_WHOLE = r'<span class="whole">\g<0></span>'


def breakable(text: str) -> Markup:
    """Return ``text``, escaped, with places to wrap in its addresses (HTML: wbr), and no others."""
    marked = _marked(_MARK, _WRAP, text)
    return Markup(_ADDRESS.sub(_keep_hyphens, marked))  # noqa: S704 # is escaped


def whole(text: str) -> Markup:
    """Return ``text``, escaped, with no line break in compounds such as “sign-in” and “e-mail”."""
    return _marked(_SHORT_COMPOUND, _WHOLE, text)


def _marked(places: re.Pattern[str], markup: str, text: str) -> Markup:
    return Markup(places.sub(markup, str(escape(printable(text)))))  # noqa: S704 # is escaped


def _keep_hyphens(address: re.Match[str]) -> str:
    return _HYPHENS.sub(_WHOLE, address[0])
