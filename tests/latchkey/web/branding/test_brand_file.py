from pathlib import Path

import pytest

from app import create_app
from config import ROOT, ConfigError
from latchkey.web.branding.brand_file import BrandFileError, read_brand_file
from latchkey.web.branding.presets import PRESETS
from tests.conftest import make_settings
from tests.pages import Visitor

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h9v9z"/></svg>'
WHOLE = """
preset = "warm"
name = "Northwind"
tagline = "Mail for ships"
support_email = "help@northwind.example"
appearance = "dark"
corners = "square"
font = "serif"
layout = "plain"
logo = "logo.svg"
favicon = "icon.png"

[colors.dark]
primary = "#ffe600"
surface = "#001122"

[links]
privacy = "https://northwind.example/privacy"
imprint = "https://northwind.example/imprint"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logo.svg").write_bytes(SVG)
    (tmp_path / "icon.png").write_bytes(PNG)
    return tmp_path


def written(folder: Path, text: str) -> Path:
    path = folder / "brand.toml"
    path.write_text(text)
    return path


def said(folder: Path, text: str) -> str:
    """What is said against a file."""
    with pytest.raises(BrandFileError) as error:
        read_brand_file(written(folder, text))
    return str(error.value)


def test_a_page_looks_as_its_file_says(folder: Path) -> None:
    app = create_app(make_settings(BRAND_FILE=str(written(folder, WHOLE))))
    visitor = Visitor.inside(app)
    page = visitor.get("/")
    assert page.title.endswith("– Northwind")
    assert "Mail for ships" in page.text
    assert page.links["Privacy"] == "https://northwind.example/privacy"
    assert page.links["help@northwind.example"] == "mailto:help@northwind.example"
    (html,) = page.tree.iter("html")
    assert html.get("data-appearance") == "dark"
    css = visitor.client.get("/brand.css").text
    assert "--brand-fill:#ffe600" in css
    assert "--surface:#001122" in css
    assert "--radius:0;" in css
    assert "color-scheme:dark" in css
    assert "prefers-color-scheme" not in css
    assert visitor.client.get("/brand/logo").content == SVG
    assert visitor.client.get("/brand/favicon").content == PNG


def test_the_settings_win_over_the_file(folder: Path) -> None:
    path = str(written(folder, WHOLE))
    settings = make_settings(BRAND_FILE=path, BRAND_NAME="Southwind", BRAND_COLOR="#00ff00")
    visitor = Visitor.inside(create_app(settings))
    assert visitor.get("/").title.endswith("– Southwind")
    assert "--brand-fill:#00ff00" in visitor.client.get("/brand.css").text


def test_a_logo_for_dark_pages_is_taken_there(folder: Path) -> None:
    (folder / "dark.png").write_bytes(PNG)
    path = written(folder, 'logo = "logo.svg"\nlogo_dark = "dark.png"\n')
    page = Visitor.inside(create_app(make_settings(BRAND_FILE=str(path)))).get("/")
    (source,) = page.tree.iter("source")
    assert str(source.get("srcset")).startswith("/brand/logo-dark?v=")
    assert source.get("media") == "(prefers-color-scheme: dark)"


def test_a_logo_of_its_own_is_not_replaced_by_the_inherited_one_on_dark_pages(folder: Path) -> None:
    base = read_brand_file(written(folder, 'logo = "logo.svg"\nlogo_dark = "icon.png"\n'))
    assert read_brand_file(written(folder, 'logo = "icon.png"\n'), base).logo_dark is None
    assert read_brand_file(written(folder, 'name = "North"\n'), base).logo_dark


def test_a_file_from_windows_is_read(folder: Path) -> None:
    path = folder / "brand.toml"
    path.write_bytes(b'\xef\xbb\xbfname = "North"\r\ntagline = "Mail"\r\n')
    assert read_brand_file(path).name == "North"


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_makes_a_page(folder: Path, preset: str) -> None:
    path = written(folder, f'preset = "{preset}"\n')
    page = Visitor.inside(create_app(make_settings(BRAND_FILE=str(path)))).get("/")
    assert page.status == 200


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('nme = "x"', "brand.toml, line 1: nme is not known; allowed are name, tagline"),
        ("name = 7", "brand.toml, line 1: name must be a line of text."),
        ('\nname = "a\\nb"', "brand.toml, line 2: name must be a line of text."),
        ('appearance = "night"', "appearance must be one of auto, light, dark."),
        ('corners = "x"', "corners must be one of square, soft, round, pill."),
        ('preset = "x"', "preset must be one of calm, plain, night, warm."),
        ("preset = []", "preset must be one of calm"),
        (
            '[colors.light]\nprimary = "red"',
            "line 2: colors.light.primary must be a colour like #1f5fd6.",
        ),
        ('[colors.light]\nprimry = "#ff0000"', "line 2: colors.light.primry is not known"),
        ('[colors.sepia]\nprimary = "#ff0000"', "line 1: colors.sepia is not known"),
        ('colors = "red"', "line 1: colors must be a table."),
        ('[links]\nprivacy = "http://x.example"', "links.privacy must be an address like https://"),
        ('[links]\nprivacy = "https://["', "links.privacy must be an address like https://"),
        ('[links]\nprivacy = "javascript:alert(1)"', "links.privacy must be an address"),
        ('support_email = "mailto:a@b.example"', "support_email must be an e-mail address alone"),
        ('support_email = "a\\u00adb@c.example"', "support_email must be an e-mail address alone"),
        ('links = { website = "https://a.example/\\u200c" }', "links.website must be an address"),
        ('support_email = "x"', "support_email must be an e-mail address alone, like help@"),
        ('logo = "none.svg"', "none.svg does not exist."),
        ('logo = "brand.toml"', "logo must be an image file"),
        ('logo = "text.png"', "logo is no PNG picture:"),
        (
            'logo = "script.svg"',
            "scripts and outside references; it has '<script>alert(1)</script>",
        ),
        ('logo = "outside.svg"', """; it has 'href="https://evil.example/x.png"/>"""),
        ('logo = "folder.svg"', "folder.svg is a directory; Docker makes one"),
        ('logo = "huge.png"', "logo must be a file of 1 MB at most."),
        ("name = ", "brand.toml is not TOML:"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_is_allowed(
    folder: Path, text: str, sentence: str
) -> None:
    (folder / "text.png").write_text("no picture")
    (folder / "script.svg").write_bytes(SVG.replace(b"<path", b"<script>alert(1)</script><path"))
    (folder / "outside.svg").write_bytes(
        SVG.replace(b"<path", b'<image href="https://evil.example/x.png"/><path')
    )
    (folder / "folder.svg").mkdir()
    (folder / "huge.png").write_bytes(PNG + b"0" * 1024 * 1024)
    assert sentence in said(folder, text)


def test_all_mistakes_are_told_at_once_and_stop_the_start(folder: Path) -> None:
    path = written(folder, 'nme = "x"\ncorners = "x"\n')
    with pytest.raises(ConfigError) as error:
        create_app(make_settings(BRAND_FILE=str(path)))
    assert "nme" in str(error.value)
    assert "corners" in str(error.value)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="BRAND_FILE must be the path of a file"):
        make_settings(BRAND_FILE="/nowhere/brand.toml")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "examples" / "brands").glob("*/brand.toml"))
)
def test_every_example_is_a_good_brand(path: Path) -> None:
    page = Visitor.inside(create_app(make_settings(BRAND_FILE=str(path)))).get("/")
    assert page.title.endswith(f"– {read_brand_file(path).name}")
