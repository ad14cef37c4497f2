"""The sample app, in a browser and beside the page as people start them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from app import create_app
from bench.ports import free_port
from config import ROOT, SANDBOX_API_KEY
from latchkey.sandbox.catalogue import APPLICATION_ID, CALLBACK_URIS
from tests.browser.hosted import BACK, EMAIL
from tests.browser.states import send
from tests.conftest import make_settings
from tests.servers import serve

pytestmark = pytest.mark.browser

EXAMPLE = ROOT / "docs" / "examples" / "app.py"
NAMES = ("NYLAS_API_KEY", "NYLAS_CLIENT_ID", "NYLAS_API_URI", "SIGN_IN_PAGE", "APP_SECRET_KEY")


@dataclass(frozen=True, kw_only=True)
class Places:
    app: str
    page: str


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def started(source: str = EXAMPLE.read_text()) -> dict[str, Any]:
    """What is in the sample app once it is loaded."""
    scope: dict[str, Any] = {"__name__": "sample"}
    exec(compile(source, EXAMPLE, "exec"), scope)  # noqa: S102 (the sample is ours)
    return scope


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    port = free_port()
    # Both under the name that they have on a developer's machine, where they share cookies.
    app = f"http://localhost:{port}"
    with serve(create_app(make_settings(RETURN_URIS=f"{app}/callback"))) as url:
        page = url.replace("127.0.0.1", "localhost")
        monkeypatch.setenv("SIGN_IN_PAGE", page)
        with serve(started()["app"], port=port):
            yield Places(app=app, page=page)


@pytest.fixture
def person(places: Places, open_page: Any) -> Page:
    page: Page = open_page(url=places.app, apps=[places.page])
    page.goto("/")
    page.get_by_role("link", name="Connect a mailbox").click()
    return page


def sign_in(page: Page) -> None:
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_role("button", name="Continue").click()
    send(page)


def test_a_mailbox_is_connected(person: Page) -> None:
    for _ in range(2):
        sign_in(person)
        grant = person.locator("#grant-id").text_content()
        person.get_by_role("link", name="Continue to Latchkey").click()
        expect(person.get_by_role("heading")).to_have_text("Your mailbox is connected")
        expect(person.get_by_text(f"{EMAIL} has the grant {grant}.")).to_be_visible()
        person.get_by_role("link", name="Connect a mailbox").click()


def test_whoever_cancels_is_not_scolded(person: Page) -> None:
    person.get_by_role("link", name=BACK).click()
    expect(person.get_by_role("heading")).to_have_text("No mailbox was connected")
    expect(person.get_by_text("(The person cancelled the sign-in)")).to_be_visible()
    person.get_by_role("link", name="Connect a mailbox").click()
    expect(person.get_by_label("E-mail address")).to_be_visible()


def test_a_code_that_came_uninvited_is_not_taken(person: Page, places: Places) -> None:
    sign_in(person)
    expect(person.get_by_role("link", name="Continue to Latchkey")).to_be_visible()
    person.goto(f"{places.app}/callback?code=x&state=forged")
    expect(person.get_by_role("heading")).to_have_text("Let’s start again")
    # Nor later, with the state that was the right one.
    person.goto("/connect")
    person.goto(f"{places.app}/callback?code=x&state=")
    expect(person.get_by_role("heading")).to_have_text("Let’s start again")


def test_a_code_that_is_no_good_has_a_way_on(person: Page, places: Places) -> None:
    with person.expect_request("**/v3/connect/auth?**") as asked:
        person.goto(f"{places.app}/connect")
    state = query_of(asked.value.url)["state"]
    person.goto(f"{places.app}/callback?code=x&state={state}")
    expect(person.get_by_role("heading")).to_have_text("That took too long")
    expect(person.get_by_text("(The code is wrong, too old, or was used before)")).to_be_visible()
    expect(person.get_by_role("link", name="Connect a mailbox")).to_be_visible()


def test_it_fits_the_sandbox_of_make_run() -> None:
    scope = started()
    assert (scope["API_KEY"], scope["CLIENT_ID"]) == (SANDBOX_API_KEY, APPLICATION_ID)
    page = f"http://localhost:{make_settings().port}"
    assert page == scope["PAGE"]
    with scope["app"].test_request_context(base_url="http://localhost:5000"):
        assert scope["_about_us"]()["redirect_uri"] in CALLBACK_URIS
    assert 'app.run(host="localhost", port=5000)' in EXAMPLE.read_text()


def test_one_line_is_different_with_hosted_auth() -> None:
    section = (ROOT / "README.md").read_text().partition("## Moving from Hosted auth")[2]
    diff = re.findall(r"```diff\n-(.*)\n\+(.*)\n```", section)
    assert len(diff) == 1
    hosted, ours = diff[0]
    assert EXAMPLE.read_text().count(f"\n{ours}\n") == 1
    places, asked = [], []
    for source in (EXAMPLE.read_text().replace(ours, hosted), EXAMPLE.read_text()):
        scope = started(source)
        where = scope["app"].test_client().get("/connect").headers["Location"]
        places.append(where.partition("?")[0])
        asked.append(query_of(where) | {"state": ""})
        assert scope["mail"].api_uri == "https://api.us.nylas.com"
    assert places == [f"{url}/v3/connect/auth" for url in (scope["NYLAS"], scope["PAGE"])]
    assert asked[0] == asked[1]
