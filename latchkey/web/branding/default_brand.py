"""The default brand as the settings have it: ``BRAND_FILE``, with ``BRAND_*`` on top of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config import Settings
from latchkey.web.branding.brand_file import BrandFileError, read_brand_file
from latchkey.web.branding.brand_values import BrandFile
from latchkey.web.branding.pictures import Picture, read_picture


def default_file(settings: Settings) -> BrandFile:
    """Return what ``BRAND_FILE`` says, with the other ``BRAND_*`` settings on top of it.

    :raises BrandFileError: the file cannot be used.
    """
    said = read_brand_file(settings.brand_file) if settings.brand_file else BrandFile()
    for source, values in _of_settings(settings).items():
        said = said.layered(values, source=source)
    return said


def _of_settings(settings: Settings) -> Mapping[str, Mapping[str, Any]]:
    given: dict[str, Mapping[str, Any]] = {}
    if settings.brand_name:
        given["BRAND_NAME"] = {"name": settings.brand_name}
    if path := settings.brand_logo:
        given["BRAND_LOGO"] = {"logo": _logo(path), "logo_dark": None}
    if settings.brand_color:
        primary = {"primary": settings.brand_color}
        given["BRAND_COLOR"] = {"colors": {"light": primary, "dark": primary}}
    return given


def _logo(path: Path) -> Picture:
    try:
        return read_picture(path)
    except ValueError as error:
        raise BrandFileError(f"BRAND_LOGO {error}.") from None
