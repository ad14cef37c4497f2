"""The company's brand: what its file says, made readable, as a stylesheet and a few texts.

branding/
├── colors      contrast, and the nearest shade that has enough of it
├── palette     every colour of a page, from the few that a brand names
├── pictures    logos and icons that browsers can show
├── brand_file  reads brand.toml and says precisely what is wrong in it
└── brand       puts file and settings together
"""

from latchkey.web.branding.brand import Brand
from latchkey.web.branding.brand_file import BrandFileError

__all__ = ["Brand", "BrandFileError"]
