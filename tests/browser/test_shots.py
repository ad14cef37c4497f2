"""``make shots`` takes what it says; all of it takes too long for here."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Site
from tests.shots import __main__ as shots

pytestmark = pytest.mark.browser


def test_a_state_is_taken_in_each_width_and_theme_and_is_on_the_sheets(
    browser: Browser, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shots, "FOLDER", tmp_path)
    shots.take(browser, site.url, "entry")
    shots.make_sheets(browser, ["entry"])
    pictures = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    wides = (320, 390, 768, 1280)
    variants = [f"{wide}-{scheme}.png" for wide in wides for scheme in ("light", "dark")]
    assert sorted(pictures) == sorted(
        f"{what}-{variant}" for what in ("entry", "sheet") for variant in variants
    )
    assert len(set(pictures.values())) == len(pictures)
    # The width is the third word of a PNG file's header.
    taken = {int.from_bytes(pictures[f"entry-{each}"][16:20]) for each in variants}
    assert taken == set(wides)
