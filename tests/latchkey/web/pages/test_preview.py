from pathlib import Path

import pytest

from app import create_app
from config import ConfigError
from latchkey.sandbox import OUTCOMES
from tests.conftest import KEY, make_settings
from tests.pages import Visitor

APP = create_app(make_settings(PREVIEW="true"))
STATES = APP.extensions["preview"]
QUICK = [key for key in STATES if not any(word in key for word in ("slow", "timeout"))]


def test_the_gallery_links_to_every_state_and_has_every_ending_of_the_sandbox() -> None:
    links = Visitor.inside(APP).get("/preview").links
    assert [name for name in links if name != "Language: English"] == list(STATES)
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


def test_there_is_no_gallery_unless_it_is_asked_for(visitor: Visitor) -> None:
    assert visitor.client.get("/preview").status_code == 404


def test_there_is_no_gallery_with_a_real_key() -> None:
    with pytest.raises(ConfigError, match="PREVIEW"):
        make_settings(NYLAS_API_KEY=KEY, PREVIEW="true")
