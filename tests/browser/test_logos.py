"""Logos of every kind that companies have: each is seen, in its own shape, within the page."""

import base64
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app import create_app
from tests.conftest import make_settings

DRAWN = '<rect width="100%" height="100%" fill="#c00"/>'


def svg(attributes: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{DRAWN}</svg>'.encode()


def png(width: int, height: int) -> bytes:
    """A red picture (PNG, third edition, 8-bit RGB)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xcc\0\0" * width) * height
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


# One pixel, lossy.
WEBP = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")

# File, its width divided by its height.
LOGOS = {
    "drawing-without-size.svg": (svg('viewBox="0 0 300 100"'), 3.0),
    "drawing-with-size.svg": (svg('width="64" height="64" viewBox="0 0 64 64"'), 1.0),
    "wide.png": (png(1200, 120), 10.0),
    "tall.png": (png(80, 160), 0.5),
    "tiny.png": (png(16, 16), 1.0),
    "photo.webp": (WEBP, 1.0),
}

_PAINTED = """image => {
  const box = image.getBoundingClientRect();
  const scale = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight);
  return [image.naturalWidth * scale, image.naturalHeight * scale, box.right];
}"""
# By how much the middle of the logo is beside the middle of the card.
_BESIDE = """image => {
  const middle = box => box.left + box.width / 2;
  const card = document.querySelector(".card").getBoundingClientRect();
  return middle(image.getBoundingClientRect()) - middle(card);
}"""


@pytest.mark.browser
@pytest.mark.parametrize("size", ["narrow", "wide"])
@pytest.mark.parametrize("name", LOGOS)
def test_every_kind_of_logo_is_seen(
    name: str,
    size: str,
    tmp_path: Path,
    served: Callable[..., str],
    open_page: Callable[..., Page],
) -> None:
    content, ratio = LOGOS[name]
    logo = tmp_path / name
    logo.write_bytes(content)
    url = served(create_app(make_settings(BRAND_LOGO=str(logo), BRAND_NAME="Example & Co")))
    page = open_page(url=url, size=size)
    page.goto("/")
    image = page.get_by_role("img", name="Example & Co")
    image.wait_for()
    page.wait_for_function("image => image.complete", arg=image.element_handle())
    across, down, right = image.evaluate(_PAINTED)
    assert across / down == pytest.approx(ratio, rel=0.05)
    assert max(across, down) >= 40
    assert min(across, down) >= 20
    assert right <= page.evaluate("innerWidth")
    assert image.evaluate(_BESIDE) == pytest.approx(0, abs=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.browser
def test_the_name_is_read_where_the_logo_is_broken(
    tmp_path: Path, served: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(png(64, 64))
    name = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragung AG"
    url = served(create_app(make_settings(BRAND_LOGO=str(logo), BRAND_NAME=name)))
    page = open_page(url=url, size="narrow")
    page.route("**/brand/*", lambda route: route.fulfill(content_type="image/png", body="broken"))
    page.goto("/")
    page.get_by_role("img", name=name).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
