import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from config import ROOT
from latchkey.web.branding.brand_file import BrandFileError, read_brand_file
from latchkey.web.branding.fonts import FONT_BYTES, read_font
from tests.conftest import make_settings
from tests.pages import Visitor

# A variable font with the weights 100 to 900.
FONT = (ROOT / "docs" / "examples" / "brands" / "nightowl" / "outfit.woff2").read_bytes()
CMAP, FVAR = 0, 47


def woff2(*directory: int) -> bytes:
    """The head of a font with one table, and nothing behind it."""
    length = (48 + len(directory)).to_bytes(4)
    return b"wOF2" + bytes(4) + length + b"\0\1" + bytes(34) + bytes(directory)


def written(folder: Path, text: str) -> Path:
    (folder / "brand.woff2").write_bytes(FONT)
    (folder / "plain.woff2").write_bytes(woff2(CMAP, 9))
    (folder / "brand.toml").write_text(text)
    return folder / "brand.toml"


def visitor_of(folder: Path, text: str) -> Visitor:
    return Visitor.inside(create_app(make_settings(BRAND_FILE=str(written(folder, text)))))


def test_a_font_is_loaded_from_this_site_and_stays_in_the_browser(tmp_path: Path) -> None:
    visitor = visitor_of(tmp_path, 'font = "serif"\nfont_file = "brand.woff2"\n')
    css = visitor.client.get("/brand.css").text
    face = css[css.index("@font-face{") :].partition("}")[0]
    assert "font-weight:100 900;font-display:optional" in face
    assert '--font:"Brand",Charter,' in css
    address = f"/{face.split('url(')[1].split(chr(34))[1]}"
    answer = visitor.client.get(address)
    assert answer.content == FONT
    assert answer.headers["content-type"] == "font/woff2"
    assert answer.headers["cache-control"].endswith("immutable")
    page = visitor.get("/")
    # The same address, or the browser would load it twice.
    assert f'<link rel="preload" href="{address}" as="font" type="font/woff2" crossorigin>' in (
        page.html
    )
    assert page.response.headers["content-security-policy"].endswith("; font-src 'self'")


def test_what_is_bold_has_a_font_of_its_own(tmp_path: Path) -> None:
    text = 'font_file = "plain.woff2"\nfont_file_bold = "brand.woff2"\n'
    visitor = visitor_of(tmp_path, text)
    css = visitor.client.get("/brand.css").text
    weights = [rule.split("font-weight:")[1].split(";")[0] for rule in css.split("@font-face")[1:]]
    assert weights == ["400", "700"]
    assert visitor.client.get("/brand/font-bold").content == FONT
    assert visitor.get("/").html.count('as="font"') == 2


def test_the_bold_of_a_font_with_one_weight_is_left_to_the_browser(tmp_path: Path) -> None:
    css = visitor_of(tmp_path, 'font_file = "plain.woff2"').client.get("/brand.css").text
    assert "font-weight:400;font-display" in css


def test_without_a_font_pages_may_load_none(tmp_path: Path) -> None:
    visitor = visitor_of(tmp_path, "")
    page = visitor.get("/")
    assert "font-src" not in page.response.headers["content-security-policy"]
    assert 'as="font"' not in page.html
    assert "@font-face" not in visitor.client.get("/brand.css").text
    assert visitor.client.get("/brand/font").status_code == 404


def test_only_the_brand_that_has_a_font_may_load_one(tmp_path: Path) -> None:
    (tmp_path / "brands").mkdir()
    (tmp_path / "brands" / "owl.toml").write_text(
        'hosts = ["owl.localhost"]\nfont_file = "../brand.woff2"\n'
    )
    visitor = visitor_of(tmp_path, "")
    assert "font-src" not in visitor.get("/").response.headers["content-security-policy"]
    owl = visitor.get("http://owl.localhost/")
    assert "font-src 'self'" in owl.response.headers["content-security-policy"]
    assert 'href="/brand/font?b=owl&amp;v=' in owl.html


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('\nfont_file = "brand.ttf"', "line 2: font_file must be a WOFF2 file (.woff2)."),
        ('font_file = "none.woff2"', "font_file cannot be read: "),
        ('font_file = "huge.woff2"', "font_file must be a file of 512 KB at most."),
        ('font_file = "text.woff2"', "font_file is no WOFF2 font: "),
        ('font_file = "half.woff2"', "font_file is a damaged WOFF2 font: "),
        ('font_file = "empty.woff2"', "font_file is a damaged WOFF2 font: "),
        ("font_file = 7", "font_file must be a line of text."),
        ('font_file_bold = "brand.woff2"', "line 1: font_file_bold needs font_file, too."),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "huge.woff2").write_bytes(FONT.ljust(FONT_BYTES + 1, b"\0"))
    (tmp_path / "text.woff2").write_text("no font")
    (tmp_path / "half.woff2").write_bytes(FONT[: len(FONT) // 2])
    (tmp_path / "empty.woff2").write_bytes(b"wOF2" + bytes(4) + (48).to_bytes(4) + bytes(36))
    with pytest.raises(BrandFileError) as error:
        read_brand_file(written(tmp_path, text))
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    ("directory", "variable"),
    [
        ([CMAP, 9], False),
        ([FVAR, 9], True),
        # A length of two bytes, and a table with a name of its own.
        ([FVAR, 0x81, 9], True),
        ([63, *b"fvar", 9], False),
    ],
)
def test_a_font_with_axes_is_variable(tmp_path: Path, directory: list[int], variable: bool) -> None:
    (tmp_path / "one.woff2").write_bytes(woff2(*directory))
    assert read_font(tmp_path / "one.woff2").variable == variable


@given(st.binary(max_size=100), st.integers(0, 20))
def test_any_directory_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, directory: bytes, count: int
) -> None:
    content = bytearray(woff2(*directory))
    content[13] = count
    path = tmp_path_factory.getbasetemp() / "any.woff2"
    path.write_bytes(content)
    with contextlib.suppress(ValueError):
        read_font(path)


def test_a_brand_inherits_a_font_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    text = 'font_file = "plain.woff2"\nfont_file_bold = "brand.woff2"\n'
    base = read_brand_file(written(tmp_path, text))

    def fonts(text: str) -> list[bool]:
        said = read_brand_file(written(tmp_path, text), base)
        assert ("font_file" in said.sources) == bool(said.font_file)
        return [bool(said.font_file), bool(said.font_file_bold)]

    assert fonts("") == [True, True]
    assert fonts('font_file = "brand.woff2"') == [True, False]
    assert fonts('font = "serif"') == [False, False]
    assert fonts('font = "serif"\n' + text) == [True, True]
