from pathlib import Path

from app import create_app
from config import ROOT
from tests.conftest import make_settings


def said(**variables: str) -> list[str]:
    """The lines of the doctor about brands."""
    app = create_app(make_settings(**variables))
    lines = app.test_cli_runner().invoke(args=["doctor"]).output.splitlines()
    return [line for line in lines if "Brand " in line]


def test_the_usual_brand_is_named() -> None:
    assert said() == ["· Brand Latchkey: nothing is set."]


def test_each_brand_says_where_its_values_come_from_and_what_was_moved(tmp_path: Path) -> None:
    (tmp_path / "brands").mkdir()
    (tmp_path / "brand.toml").write_text('name = "D"\n[colors.light]\nprimary = "#ffe600"\n')
    (tmp_path / "brands" / "north.toml").write_text('preset = "night"\nname = "North"\n')
    default, north = said(BRAND_FILE=str(tmp_path / "brand.toml"), BRAND_NAME="Default Co")
    assert default.startswith("· Brand Default Co: ")
    assert "brand.toml sets colors.light.primary" in default
    assert "BRAND_NAME sets name" in default
    assert "primary became #" in default
    assert "instead of #ffe600 in light" in default
    assert north.startswith("· Brand North (brands/north.toml): ")
    assert "preset night sets appearance" in north
    assert "north.toml sets name" in north


def test_the_size_of_fonts_is_given_and_a_subset_advised_when_they_are_large(
    tmp_path: Path,
) -> None:
    font = (ROOT / "docs" / "examples" / "brands" / "nightowl" / "outfit.woff2").read_bytes()
    (tmp_path / "brand.toml").write_text('name = "Owl"\nfont_file = "owl.woff2"\n')
    (tmp_path / "owl.woff2").write_bytes(font)
    assert said(BRAND_FILE=str(tmp_path / "brand.toml"))[1] == "· Brand Owl loads 20 KB of fonts."
    large = bytearray(font.ljust(60 * 1024, b"\0"))
    large[8:12] = len(large).to_bytes(4)
    (tmp_path / "owl.woff2").write_bytes(large)
    line = said(BRAND_FILE=str(tmp_path / "brand.toml"))[1]
    assert "loads 60 KB of fonts. A subset would be loaded sooner" in line
