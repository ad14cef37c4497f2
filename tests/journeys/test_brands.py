"""Three brands on one process: the default, one with a host of its own, one that apps choose."""

from pathlib import Path
from typing import Any

import jwt
import pytest
from flask import Flask

from app import create_app
from latchkey.sandbox.catalogue import APPLICATION_ID
from tests.apps import visitor_at
from tests.calling import CallingApp
from tests.conftest import make_settings, stopped_clock
from tests.measured import Change
from tests.pages import Page, Visitor

DEFAULT = (
    'name = "Default Co"\ntagline = "For all of you"\n[links]\nprivacy = "https://d.example/p"\n'
)
NORTH = """
name = "Northwind"
logo = "north.svg"
hosts = ["north.localhost", "login.north.localhost"]
redirect_origins = ["https://app.north.example"]
[colors.light]
primary = "#0a5d83"
"""
SOUTH = """
name = "Southwind"
support_email = "help@south.example"
redirect_origins = ["https://app.south.example", "com.example.south:"]
[colors.light]
primary = "#7a1f5c"
"""
RETURNS = {
    "north": "https://app.north.example/back",
    "south": "https://app.south.example/back",
    "phone": "com.example.south:/back",
    "other": "https://app.other.example/back",
}
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'
HOME, HERE, THERE = "http://localhost", "http://north.localhost", "http://login.north.localhost"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("company")
    brands = folder / "brands"
    brands.mkdir()
    (folder / "brand.toml").write_text(DEFAULT)
    (brands / "north.toml").write_text(NORTH)
    (brands / "north.svg").write_text(SVG)
    (brands / "south.toml").write_text(SOUTH)
    return create_app(
        make_settings(BRAND_FILE=str(folder / "brand.toml"), RETURN_URIS=" ".join(RETURNS.values()))
    )


def shown(page: Page) -> str:
    """Whose page it is."""
    return page.title.rpartition(" – ")[2]


def sent(page: Flask, app: str, at: str = HOME) -> tuple[Visitor, Page]:
    calling = CallingApp(page, redirect_uri=RETURNS[app])
    return calling.send(visitor_at(page, at))


def link(page: Flask, **more: str) -> str:
    made = page.extensions["services"].links.make("someone@example.com", seconds=600, **more)
    return f"/?link={made}"


def test_nobodys_page_is_the_default_one(page: Flask) -> None:
    first = visitor_at(page, HOME).get("/")
    assert shown(first) == "Default Co"
    assert shown(sent(page, "other")[1]) == "Default Co"


@pytest.mark.parametrize("host", [HERE, THERE, "http://NORTH.localhost:8000"])
def test_a_host_of_a_brand_shows_it_from_the_first_page_to_the_last(page: Flask, host: str) -> None:
    visitor = visitor_at(page, host)
    for each in (visitor.get("/"), visitor.enter("someone@example.com"), visitor.get("/nowhere")):
        assert shown(each) == "Northwind"
    done = visitor.sign_in("someone@example.com")
    assert done.heading == "Your mailbox is connected"
    assert "Northwind can now use" in done.text


def test_a_brand_inherits_what_it_does_not_say(page: Flask) -> None:
    first = visitor_at(page, HERE).get("/")
    assert "For all of you" in first.text
    assert first.links["Privacy"] == "https://d.example/p"


@pytest.mark.parametrize("app", ["south", "phone"])
def test_an_app_brings_its_brand_which_stays_with_the_sign_in(page: Flask, app: str) -> None:
    visitor, first = sent(page, app)
    assert shown(first) == "Southwind"
    second = visitor.submit(first, email="someone@example.com")
    wrong = visitor.submit(second, password="")
    done = visitor.submit(wrong, password="secret")
    assert {shown(each) for each in (second, wrong, done)} == {"Southwind"}
    assert "Continue to Southwind" in done.links


def test_a_link_names_its_brand(page: Flask) -> None:
    visitor = visitor_at(page, HOME)
    assert shown(visitor.get(link(page, brand="south"))) == "Southwind"
    assert shown(visitor.get(link(page, brand="north"))) == "Northwind"
    assert shown(visitor.get(link(page))) == "Default Co"


def test_a_link_for_a_brand_that_is_gone_still_connects(page: Flask) -> None:
    visitor = visitor_at(page, HOME)
    first = visitor.get(link(page, brand="gone"))
    assert shown(first) == "Default Co"
    assert first.status == 200


def test_tabs_of_two_brands_do_not_mix(page: Flask) -> None:
    visitor, south = sent(page, "south")
    other = visitor.get("/")
    assert shown(other) == "Default Co"
    assert shown(visitor.submit(other, email="someone@example.com")) == "Default Co"
    assert shown(visitor.submit(south, email="someone@example.com")) == "Southwind"


@pytest.mark.parametrize(
    ("host", "app", "more"),
    [
        (HERE, "south", {}),
        (HERE, "other", {"brand": "south"}),
        (HERE, "", {"brand": "south"}),
        (HOME, "north", {"brand": "south"}),
        (HOME, "south", {"brand": "north"}),
    ],
)
def test_host_app_and_link_of_different_brands_begin_nothing(
    page: Flask, host: str, app: str, more: dict[str, str]
) -> None:
    visitor = visitor_at(page, host)
    address = link(page, **more) if more else "/?"
    if app:
        calling = CallingApp(page, redirect_uri=RETURNS[app])
        address += calling.address(path="").replace("?", "&")
    answer = visitor.get(address)
    assert answer.status == 400
    assert not list(answer.tree.iter("form"))
    assert not visitor.cookies()


def test_a_link_of_another_brand_is_not_used_up_at_the_wrong_host(page: Flask) -> None:
    address = link(page, brand="south")
    assert visitor_at(page, HERE).get(address).status == 400
    visitor = visitor_at(page, HOME)
    second = visitor.submit(visitor.get(address))
    assert visitor.submit(second, password="secret").heading == "Your mailbox is connected"


def test_a_cookie_of_another_brand_is_no_sign_in_at_a_host(page: Flask) -> None:
    visitor, first = sent(page, "south")
    visitor.submit(first, email="someone@example.com")
    query = first.action().partition("?")[2]
    for host in (HERE, THERE):
        thief = visitor_at(page, host)
        thief.client.headers["Cookie"] = "; ".join(
            f"{name}={value}" for name, value in visitor.cookies().items()
        )
        for path in ("/connect/imap", "/providers", "/"):
            seen = thief.get(f"{path}?{query}")
            assert shown(seen) == "Northwind"
            assert "someone@example.com" not in seen.html


def code_of(page: Flask, app: str, at: str) -> tuple[CallingApp, str]:
    visitor, first = sent(page, app, at)
    second = visitor.submit(first, email="someone@example.com")
    done = visitor.submit(second, password="secret")
    calling = CallingApp(page, redirect_uri=RETURNS[app])
    return calling, calling.get_back(visitor, done)["code"]


def test_a_code_of_one_brand_is_not_exchanged_at_the_host_of_another(page: Flask) -> None:
    calling, code = code_of(page, "south", HOME)
    calling.server = visitor_at(page, HERE).client
    refused = calling.exchange(code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    calling.server = visitor_at(page, HOME).client
    assert calling.exchange(code).status_code == 200


def test_the_id_token_is_issued_by_the_brands_own_host(page: Flask) -> None:
    calling, code = code_of(page, "north", HERE)
    calling.server = visitor_at(page, HERE).client
    told = jwt.decode(
        calling.exchange(code).json()["id_token"], options={"verify_signature": False}
    )
    assert told["iss"] == HERE


def test_people_come_back_from_a_provider_to_the_host_they_left(page: Flask) -> None:
    visitor = visitor_at(page, HERE)
    oauth = visitor.enter("someone@gmail.com")
    away = visitor.client.get(oauth.leading("/oauth/google/start"))
    assert (
        "redirect_uri=http%3A%2F%2Fnorth.localhost%2Foauth%2Fgoogle%2Fcallback"
        in (away.headers["location"])
    )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    return stopped_clock(monkeypatch, "time.time", 1_800_000_000)


def test_a_sign_in_that_was_open_too_long_keeps_its_brand(page: Flask, clock: Any) -> None:
    visitor, first = sent(page, "south")
    second = visitor.submit(first, email="someone@example.com")
    clock(3 * 60 * 60)
    assert shown(visitor.submit(second, password="secret")) == "Southwind"


def files(page: Page) -> list[str]:
    named = [node.get("href") for node in page.tree.iter("link") if node.get("rel") != "icon"]
    named += [node.get("src") for node in page.tree.iter("img")]
    return [address for address in named if address and address.startswith("/brand")]


def test_every_brand_has_files_of_its_own_that_browsers_may_keep(page: Flask) -> None:
    visitor, south = sent(page, "south")
    (css,) = files(south)
    answer = visitor.client.get(css)
    assert "#7a1f5c" in answer.text
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "set-cookie" not in answer.headers
    north = visitor_at(page, HERE)
    css, logo = files(north.get("/"))
    assert "#0a5d83" in north.client.get(css).text
    assert north.client.get(logo).text == SVG
    assert visitor.client.get("/brand/logo").status_code == 404
    old = css.partition("&v=")[0] + "&v=0123456789ab"
    assert north.client.get(old).headers["cache-control"] == "public, max-age=300"


def test_a_host_shows_nothing_of_another_brand(page: Flask) -> None:
    north = visitor_at(page, HERE).client
    assert north.get("/brand.css?b=south").status_code == 404
    assert north.get("/brand.css?b=").status_code == 404
    assert visitor_at(page, HOME).client.get("/brand.css?b=none").status_code == 404


def test_support_hears_from_people_of_its_own_brand(page: Flask) -> None:
    visitor, first = sent(page, "south")
    assert first.links["help@south.example"] == "mailto:help@south.example"
    assert "help@south.example" not in visitor.get("/").links


def test_the_command_makes_links_for_brands_that_there_are(page: Flask) -> None:
    run = page.test_cli_runner().invoke
    email = ["link", "--email", "someone@example.com"]
    made = run(args=[*email, "--brand", "north"]).output.strip()
    assert made.startswith("http://north.localhost:8000/?link=")
    assert shown(visitor_at(page, HERE).get(made.partition(":8000")[2])) == "Northwind"
    wrong = run(args=[*email, "--brand", "nrth"])
    assert wrong.exit_code == 2
    assert "there are: north, south" in wrong.output


def test_the_client_id_of_an_app_can_choose_too(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_text("")
    (tmp_path / "brands").mkdir()
    (tmp_path / "brands" / "all.toml").write_text(
        f'name = "Every App"\nclient_ids = ["{APPLICATION_ID}"]\n'
    )
    page = create_app(make_settings(BRAND_FILE=str(tmp_path / "brand.toml")))
    assert shown(CallingApp(page).send()[1]) == "Every App"
    assert shown(Visitor.inside(page).get("/")) == "Latchkey"


def test_tries_are_counted_by_brand(page: Flask) -> None:
    by = {
        brand: Change("latchkey_brand_sign_ins_total", brand=brand, outcome=outcome)
        for brand, outcome in (
            ("north", "connected"),
            ("south", "failed"),
            ("default", "connected"),
        )
    }
    visitor_at(page, HERE).sign_in("someone@example.com")
    visitor, first = sent(page, "south")
    visitor.submit(visitor.submit(first, email="wrong-password@example.com"), password="secret")
    visitor_at(page, HOME).sign_in("someone@example.com")
    assert {brand: change() for brand, change in by.items()} == dict.fromkeys(by, 1)
