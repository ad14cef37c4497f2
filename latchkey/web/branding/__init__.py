"""The company's brands: what their files say, made readable, as a stylesheet and a few texts.

branding/
├── colors      contrast, and the nearest shade that has enough of it
├── palette     every colour of a page, from the few that a brand names
├── background  a gradient, or a picture under a scrim
├── pictures    logos and icons that browsers can show
├── fonts       font files of the brand's own
├── reading     content of the files that a brand names
├── files       what browsers load for a brand, and its addresses
├── presets     presets, corners and fonts by name
├── values      checks of single values
├── texts       sentences that a brand says in its own words
├── toml_lines  the line of a key
├── tables      tables of brand files, put together
├── imported    what the Nylas application has for Hosted auth
├── own_stylesheet  rules of the operator's own
├── brand_values  what a brand file says
├── brand_file  reads brand.toml and says precisely what is wrong in it
├── stylesheet  the one stylesheet of a brand's pages
├── default_brand  what the settings say of the default brand
├── brand       a brand in force
└── brands      all brands of a deployment, and who sees which
"""

from latchkey.web.branding.brand import Brand
from latchkey.web.branding.brand_file import BrandFileError
from latchkey.web.branding.brands import Brands

__all__ = ["Brand", "BrandFileError", "Brands"]
