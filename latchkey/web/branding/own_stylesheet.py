"""Rules of the operator's own, at the end of a brand's stylesheet.

They may rely on ``CLASSES`` and on the custom properties that the README names; all else of the
pages may change with every version.
"""

import re
from pathlib import Path

from latchkey.infra.settings.files import why_unreadable

# Logo and name, the box of the page, the line below its heading, the main button, the foot.
CLASSES = ("brand", "card", "lead", "primary", "foot")
_MOST_BYTES = 64 * 1024
# The pages' Content-Security-Policy would stop these, and only the browser's console would say so.
_OUTSIDE = re.compile(r"@import|url\(\s*[\"']?\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def own_stylesheet(path: Path) -> str:
    """Return the rules in the file at ``path``.

    :raises ValueError: it cannot be read, is too large, or loads something from elsewhere.
    """
    if path.suffix != ".css":
        raise ValueError("must be a file that ends with .css")
    try:
        rules = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read: {path} {why_unreadable(path, error)}") from None
    if len(rules.encode()) > _MOST_BYTES:
        raise ValueError("must be a file of 64 KB at most")
    if _OUTSIDE.search(rules):
        raise ValueError("must load nothing from elsewhere (@import, url(https:…), url(data:…))")
    return rules
