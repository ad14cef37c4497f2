from pathlib import Path

from app import create_app
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
