"""The brands in force: where each value comes from, and which colours were moved to be readable."""

import math
from collections.abc import Iterator

from latchkey.nylas import Application
from latchkey.operator.doctor.finding import Finding, Level
from latchkey.operator.doctor.nylas import Asked
from latchkey.web.brand_import import BrandImport
from latchkey.web.branding import Brand
from latchkey.web.branding.fonts import Font
from latchkey.web.services import Services

# About what the whole first page may weigh four times (tests/browser/test_weight.py).
_LIGHT_FONT_KB = 50
_SUBSET = (
    "A subset would be loaded sooner: pyftsubset FONT --flavor=woff2 --unicodes=U+20-17F "
    "(of fontTools). Characters that it lacks come from the fonts that the key font names."
)


def check_brands(services: Services, application: Asked) -> Iterator[Finding]:
    """Describe each brand in one line, and what Nylas has that cannot be used.

    :param application: as in ``check_apps``.
    """
    if services.brand_import:
        yield from _import(services.brand_import, application)
    for brand in services.brands:
        yield Finding(check="brand", level=Level.NOTE, text=_description(brand))
        yield from _fonts(brand)


def _import(brand_import: BrandImport, application: Asked) -> Iterator[Finding]:
    if not isinstance(application, Application):
        why = f" ({type(application).__name__}: {application})" if application else ""
        text = f"Nylas does not tell the look of its application{why}."
        yield Finding(check="brand", level=Level.NOTE, text=text)
        return
    for sentence in brand_import.left_out(application.look):
        yield Finding(
            check="brand",
            level=Level.WARNING,
            text=f"Left out of what Nylas has: {sentence}.",
            fix="Mend it in the Nylas dashboard, or set BRAND_FROM_NYLAS=false.",
        )


def _fonts(brand: Brand) -> Iterator[Finding]:
    sizes = [len(file.content) for file in brand.files.values() if isinstance(file, Font)]
    if not sizes:
        return
    size = math.ceil(sum(sizes) / 1024)
    text = f"{_name(brand)} loads {size} KB of fonts."
    fix = _SUBSET if size > _LIGHT_FONT_KB else ""
    yield Finding(check="brand", level=Level.NOTE, text=text, fix=fix)


def _name(brand: Brand) -> str:
    return f"Brand {brand.name}" + (f" (brands/{brand.key}.toml)" if brand.key else "")


def _description(brand: Brand) -> str:
    by_source: dict[str, list[str]] = {}
    for key, source in brand.sources.items():
        by_source.setdefault(source, []).append(key)
    parts = [f"{source} sets {', '.join(keys)}" for source, keys in by_source.items()]
    parts += [
        f"to be readable, {one.name} became {one.used} instead of {one.wanted} in {one.theme}"
        for one in brand.moved
        # What the brand did not name is nothing to tell the operator of.
        if any(f"colors.{theme}.{one.name}" in brand.sources for theme in ("light", "dark"))
    ]
    return f"{_name(brand)}: {'; '.join(parts) or 'nothing is set'}."
