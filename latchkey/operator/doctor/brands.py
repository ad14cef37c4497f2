"""The brands in force: where each value comes from, and which colours were moved to be readable."""

from collections.abc import Iterator

from latchkey.operator.doctor.finding import Finding, Level
from latchkey.web.branding import Brand
from latchkey.web.services import Services


def check_brands(services: Services) -> Iterator[Finding]:
    """Describe each brand in one line."""
    for brand in services.brands:
        yield Finding(check="brand", level=Level.NOTE, text=_description(brand))


def _description(brand: Brand) -> str:
    file = f" (brands/{brand.key}.toml)" if brand.key else ""
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
    return f"Brand {brand.name}{file}: {'; '.join(parts) or 'nothing is set'}."
