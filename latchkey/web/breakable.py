"""Where a line may end: behind ``@`` and ``.`` of an address, not at the hyphen of “sign-in”."""

import re

from markupsafe import Markup, escape

from latchkey.infra.printable import printable

# No line begins with the ``com`` or ``co.uk`` of a name.
_MARK = re.compile(r"@|\.(?=[\w-]{4})", re.ASCII)
_WRAP = r"\g<0><wbr>"
# At most nine letters, so that it fits a small phone with large text.
_SHORT_COMPOUND = re.compile(r"(?<![\w-])(?:\w{1,5}-\w{1,3}|\w{1,3}-\w{1,5})(?!\w)")
_WHOLE = r'<span class="whole">\g<0></span>'


def breakable(text: str) -> Markup:
    """Return ``text``, escaped, with places to wrap in its addresses (HTML: wbr)."""
    return _marked(_MARK, _WRAP, text)


def whole(text: str) -> Markup:
    """Return ``text``, escaped, with no line break in compounds such as “sign-in” and “e-mail”."""
    return _marked(_SHORT_COMPOUND, _WHOLE, text)


def _marked(places: re.Pattern[str], markup: str, text: str) -> Markup:
    return Markup(places.sub(markup, str(escape(printable(text)))))  # noqa: S704 # is escaped
