import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import html5lib
import pytest

from app import create_app
from config import ROOT, ConfigError
from latchkey.sandbox import OUTCOMES
from latchkey.web.preview import Stop, journey
from latchkey.web.preview.walk import _FirstForm
from tests.conftest import KEY, make_settings
from tests.pages import Visitor

APP = create_app(make_settings(PREVIEW="true"))
STATES = APP.extensions["preview"]
QUICK = [key for key in STATES if not any(word in key for word in ("slow", "timeout"))]


def test_the_gallery_links_to_every_state_and_has_every_ending_of_the_sandbox() -> None:
    links = Visitor.inside(APP).get("/preview").links
    assert [name for name in links if name in STATES] == list(STATES)
    endings = {f"ending-{each.name}" for each in OUTCOMES if each.call == "connect"}
    assert endings <= links.keys()


@pytest.mark.parametrize("key", QUICK)
def test_each_state_is_a_page(key: str) -> None:
    page = Visitor.inside(APP).get(f"/preview/{key}")
    assert page.heading != "Something broke on our side"
    assert key == "not-found" or page.status != 404


@pytest.mark.parametrize(
    ("key", "heading"),
    [
        ("typing-slip", "Did you mean gmail.com?"),
        ("chooser", "Who runs your mailbox?"),
        ("icloud", "Sign in to Apple iCloud"),
        ("oauth-google", "Continue with Google"),
        ("connected", "Your mailbox is connected"),
    ],
)
def test_a_state_is_the_page_that_a_person_meets(key: str, heading: str) -> None:
    assert Visitor.inside(APP).get(f"/preview/{key}").heading == heading


def test_it_works_below_a_path() -> None:
    app = create_app(make_settings(PREVIEW="true", PUBLIC_URL="http://localhost/mail"))
    visitor = Visitor.inside(app)
    page = visitor.get(visitor.get("/mail/preview").links["imap"])
    assert page.heading == "Sign in to example.com"
    assert page.action().startswith("/mail/connect/imap")


def test_a_state_may_load_the_font_of_its_brand() -> None:
    brand = ROOT / "docs" / "examples" / "brands" / "nightowl" / "brand.toml"
    visitor = Visitor.inside(create_app(make_settings(PREVIEW="true", BRAND_FILE=str(brand))))
    assert 'as="font"' in visitor.get("/preview/entry").html
    for path in ("/preview/entry?framed", "/preview/entry/320"):
        assert "; font-src 'self'" in visitor.client.get(path).headers["content-security-policy"]
    usual = Visitor.inside(APP).client.get("/preview/entry?framed")
    assert "font-src" not in usual.headers["content-security-policy"]


def test_one_can_go_on_from_a_state() -> None:
    visitor = Visitor.inside(APP)
    page = visitor.submit(visitor.get("/preview/ending-wrong-password"), password="another")
    assert page.heading == "Sign in to example.com"
    assert "wrong-password@example.com" in page.text


def test_a_change_of_the_brand_file_shows_when_a_page_is_loaded_again(tmp_path: Path) -> None:
    file = tmp_path / "brand.toml"
    file.write_text('name = "Northwind"\n')
    visitor = Visitor.inside(create_app(make_settings(PREVIEW="true", BRAND_FILE=str(file))))
    assert "Northwind" in visitor.get("/preview/entry").title
    file.write_text('name = "Southwind"\n')
    assert "Southwind" in visitor.get("/preview/entry").title
    file.write_text('nmae = "Southwind"\n')
    answer = visitor.client.get("/preview/entry")
    assert answer.status_code == 500
    assert "nmae" in answer.text


def test_what_is_chosen_is_in_every_link_and_in_the_page_behind_it(tmp_path: Path) -> None:
    (tmp_path / "brands").mkdir()
    (tmp_path / "brands" / "acme.toml").write_text('name = "Acme"\n')
    (tmp_path / "brand.toml").write_text('name = "Northwind"\n')
    file = str(tmp_path / "brand.toml")
    visitor = Visitor.inside(create_app(make_settings(PREVIEW="true", BRAND_FILE=file)))
    gallery = visitor.get("/preview?theme=dark&language=ar&brand=acme")
    for key in ("entry", "imap", "connected", "not-found"):
        page = visitor.get(gallery.links[key])
        root = page.tree.find(".")
        assert root is not None
        assert page.title.endswith("Acme")
        assert (root.get("lang"), root.get("dir")) == ("ar", "rtl")
        assert root.get("data-appearance") == "dark"
        sheet = page.tree.find(".//link[@rel='stylesheet']")
        assert sheet is not None
        assert "color-scheme:dark" in visitor.client.get(sheet.attrib["href"]).text
    # Who goes on from there stays with the brand and its theme.
    page = visitor.submit(visitor.get(gallery.links["imap"]), password="secret")
    assert page.title.endswith("Acme")
    assert 'data-appearance="dark"' in page.html
    assert visitor.get("/").title.endswith("Northwind")


@pytest.mark.parametrize("asked", ["theme=red", "brand=none", "language=xx"])
def test_a_choice_that_there_is_not_is_not_found(asked: str) -> None:
    for path in ("/preview", "/preview/imap", "/preview/imap/320"):
        assert Visitor.inside(APP).client.get(f"{path}?{asked}").status_code == 404


def test_a_page_is_framed_by_the_gallery_only() -> None:
    client = Visitor.inside(APP).client
    outer = client.get("/preview/imap/320?theme=dark")
    assert "frame-src 'self'" in outer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in outer.headers["content-security-policy"]
    html5lib.HTMLParser(strict=True).parse(outer.text)
    (address,) = re.findall(r'<iframe src="([^"]+)"[^>]* width="320"', outer.text)
    inner = client.get(address.replace("&amp;", "&"))
    assert "Sign in to example.com" in inner.text
    assert 'data-appearance="dark"' in inner.text
    assert "frame-ancestors 'self'" in inner.headers["content-security-policy"]
    assert inner.headers["x-frame-options"] == "SAMEORIGIN"
    assert client.get("/preview/no-such-state/320").status_code == 404


def test_the_map_shows_which_state_leads_to_which() -> None:
    stops = {stop.state.key: stop for stop in journey(STATES.values())}
    entry = {stop.state.key: stop for stop in stops["entry"].next}
    assert {"entry-error", "chooser", "imap", "oauth-google"} <= entry.keys()
    after = {key: {stop.state.key for stop in entry[key].next} for key in entry}
    assert {"no-password", "connected", "ending-wrong-password"} <= after["imap"]
    assert "no-app-password" in after["imap-known"]
    assert "icloud-unreachable" in after["icloud"]
    # Each state has its place, once.
    assert sorted(_keys(stops.values())) == sorted(STATES)


def _keys(stops: Iterable[Stop]) -> Iterator[str]:
    for stop in stops:
        yield stop.state.key
        yield from _keys(stop.next)


def test_there_is_no_gallery_unless_it_is_asked_for(visitor: Visitor) -> None:
    assert visitor.client.get("/preview").status_code == 404


def test_there_is_no_gallery_with_a_real_key() -> None:
    with pytest.raises(ConfigError, match="PREVIEW"):
        make_settings(NYLAS_API_KEY=KEY, PREVIEW="true")


def test_of_several_forms_a_walk_fills_in_the_first() -> None:
    form = _FirstForm(
        '<form action="/a"><input name="x" value="1"><input value="no name"></form>'
        '<form action="/b"><input name="y" value="2"></form>'
    )
    assert (form.action, form.fields) == ("/a", {"x": "1"})
