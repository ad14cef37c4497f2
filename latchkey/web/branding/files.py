"""Files that browsers load for a brand, besides its stylesheet: pictures and fonts."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode

from latchkey.web.branding.brand_values import BrandFile
from latchkey.web.branding.fonts import Font
from latchkey.web.branding.pictures import Picture

Files = Mapping[str, Picture | Font]


def files_of(said: BrandFile) -> Files:
    """Return the files that a brand needs, by the names in their addresses."""
    named = {
        "logo": said.logo, "logo-dark": said.logo_dark, "favicon": said.favicon,
        "background": said.background, "background-dark": said.background_dark,
        "side": said.side_image if said.layout == "split" else None,
        "font": said.font_file, "font-bold": said.font_file_bold,
    }  # fmt: skip
    return {name: file for name, file in named.items() if isinstance(file, Picture | Font)}


def version(content: bytes) -> str:
    """Return what an address carries so that it changes with the content."""
    return hashlib.sha256(content).hexdigest()[:12]


def address(name: str, file_version: str, *, key: str) -> str:
    """Return where a file is, seen from the stylesheet, wherever the page is.

    :param key: that of the brand.
    """
    query = ({"b": key} if key else {}) | {"v": file_version}
    return f"brand/{name}?{urlencode(query)}"
