"""Each brand once more for each theme, and the one that a walk shows whatever the host."""

from collections.abc import Mapping
from dataclasses import replace

from flask import request

from latchkey.web.branding import Brands
from latchkey.web.branding.brand_file import THEMES
from latchkey.web.branding.brand_values import BrandFile

# In the WSGI environment of a walk: the key of the brand that all its pages show.
WALKED_BRAND = "latchkey.preview.brand"


class PreviewBrands(Brands):
    """The brands of the deployment, and their copies with a forced theme.

    :ivar usual: keys of the brands of the deployment; "" is the default.
    """

    def __init__(self, default: BrandFile, others: Mapping[str, BrandFile]) -> None:
        self.usual = ("", *others)
        copies = {
            key_in_theme(key, theme): replace(
                said, appearance=theme, hosts=(), client_ids=(), redirect_origins=()
            )
            for key, said in {"": default, **others}.items()
            for theme in THEMES
        }
        super().__init__(default, {**others, **copies})

    def of_host(self, host: str) -> str:
        """Return the brand of the walk, outside of one that of the host."""
        walked: str = request.environ.get(WALKED_BRAND, "")
        return walked or super().of_host(host)


def key_in_theme(key: str, theme: str) -> str:
    """Return the key of the copy; no file has such a name."""
    return f"{theme}.{key}" if theme else key
