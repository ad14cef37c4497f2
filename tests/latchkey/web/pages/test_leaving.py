import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from latchkey.infra.marks.used import FILE_NAME
from latchkey.sandbox import create_sandbox
from latchkey.sandbox.catalogue import APPLICATION_ID
from tests.calling import CALLBACK, CallingApp
from tests.conftest import KEY, Clock, make_settings
from tests.journeys.test_oauth import decide, start
from tests.latchkey.web.flow.test_flow import START
from tests.pages import Page, Visitor

ODD_ADDRESSES = [
    "https://app.example.com",
    "https://app.example.com?",
    "https://app.example.com/callback?from=mail&x=[1]{2}|3",
    "https://APP.example.com:443/Callback;a=b",
    "https://app.example.com./%7euser/%2e%2e/a//b",
    "https://app.example.com/\"'<>^`",
    "http://[::1]:5000/callback",
    "com.example.App:/callback",
    "com.example.app:///callback",
]
APP = CallingApp(create_app(make_settings(RETURN_URIS=" ".join(ODD_ADDRESSES))))


def at(uri: str) -> CallingApp:
    return CallingApp(APP.page, redirect_uri=uri)


def test_who_is_connected_brings_code_and_state_and_nothing_else() -> None:
    visitor, page = APP.send(state="st/ate +&ü")
    page = visitor.submit(page, email="someone@example.com")
    page = visitor.submit(page, password="secret")
    link = page.links["Continue to Latchkey"]
    heard = [APP.heard(visitor.client.get(link)) for _ in range(20)]
    assert {each["state"] for each in heard} == {"st/ate +&ü"}
    assert heard[0].keys() == {"code", "state"}
    assert len({each["code"] for each in heard}) == 1, "one code for one sign-in"
    assert APP.exchange(heard[0]["code"]).json()["email"] == "someone@example.com"


def test_the_grant_id_is_in_no_address_of_the_sign_in() -> None:
    visitor, page = APP.send(state="s")
    addresses = [str(page.url)]
    for typed in ({"email": "someone@example.com"}, {"password": "secret"}):
        page = visitor.submit(page, **typed)
        addresses += [str(page.url), *page.links.values()]
    heard = visitor.client.get(page.links["Continue to Latchkey"]).headers["location"]
    told = APP.exchange(APP.get_back(visitor, page)["code"]).json()
    assert len(told["grant_id"]) == 36
    assert not [address for address in [*addresses, heard] if told["grant_id"] in address]


def connected(wait: Clock) -> tuple[Visitor, Page]:
    visitor, page = APP.send()
    page = visitor.submit(page, email="someone@example.com")
    return visitor, visitor.submit(page, password="secret")


def test_a_code_that_grew_old_is_renewed_and_only_one_of_both_is_exchanged(wait: Clock) -> None:
    visitor, page = connected(wait)
    first = APP.get_back(visitor, page)["code"]
    wait(40)
    second = APP.get_back(visitor, page)["code"]
    assert first != second
    assert APP.exchange(first).status_code == 200
    assert APP.exchange(second).status_code == 400


def test_a_code_that_came_to_nothing_in_time_can_be_had_again(wait: Clock) -> None:
    visitor, page = connected(wait)
    first = APP.get_back(visitor, page)["code"]
    wait(61)
    assert APP.exchange(first).status_code == 400
    assert APP.exchange(APP.get_back(visitor, page)["code"]).status_code == 200


def test_a_sign_in_whose_code_was_exchanged_gives_no_other(wait: Clock) -> None:
    visitor, page = connected(wait)
    link = page.links["Continue to Latchkey"]
    assert APP.exchange(APP.get_back(visitor, page)["code"]).status_code == 200
    wait(40)
    shown = visitor.get(link)
    assert shown.heading == "Your mailbox is connected"
    assert not [href for href in shown.links.values() if "/return" in href]
    assert "You can close this page" in shown.text


def test_a_foreign_page_gets_no_code_made(wait: Clock) -> None:
    visitor, page = connected(wait)
    answer = visitor.client.get(
        f"/return?s={page.url.params['s']}", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.headers["location"].startswith("/connected")


@given(state=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256))
def test_any_state_comes_back_as_it_was(state: str) -> None:
    visitor, page = APP.send(state=state)
    assert APP.get_back(visitor, page)["state"] == state


def test_without_a_state_none_comes_back() -> None:
    visitor, page = APP.send()
    assert APP.get_back(visitor, page).keys() == {"error", "error_description", "error_code"}


@pytest.mark.parametrize("uri", ODD_ADDRESSES)
def test_people_go_back_to_the_address_to_the_letter(uri: str) -> None:
    app = at(uri)
    visitor, page = app.send(state="s")
    assert app.get_back(visitor, page)["state"] == "s"
    refused = visitor.client.get(app.address(response_type="token"))
    assert app.heard(refused)["error"] == "unsupported_response_type"


def test_the_way_back_is_kept_nowhere_on_the_way() -> None:
    visitor, page = APP.send()
    (link,) = [href for href in page.links.values() if href.startswith("/return?")]
    answer = visitor.client.get(link)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/return", "/return?s=", "/return?s=unknown1", "/return?s=../x"])
def test_who_was_sent_by_nobody_stays_here(path: str) -> None:
    visitor = Visitor.inside(APP.page)
    assert visitor.get(path).heading == START
    visitor.enter("someone@example.com")
    page = visitor.get(path)
    assert (page.heading, page.url.host) == (START, "localhost")


def test_another_browser_cannot_leave_for_somebody() -> None:
    visitor, page = APP.send()
    link = page.links["Cancel and go back to Latchkey"]
    assert Visitor.inside(APP.page).get(link).heading == START
    assert visitor.client.get(link).headers["location"].startswith(CALLBACK)


def test_after_a_wrong_password_the_app_hears_of_it() -> None:
    visitor, page = APP.send()
    page = visitor.submit(page, email="someone@example.com")
    page = visitor.submit(page, password="wrong")
    told = APP.get_back(visitor, page)
    assert (told["error"], told["error_code"]) == ("access_denied", "25022")
    assert told["error_description"] == "The sign-in failed: wrong_password"


def nylas_without(status: int, **content: Any) -> httpx.MockTransport:
    return httpx.MockTransport(lambda request: httpx.Response(status, json=content))


@pytest.mark.parametrize(
    ("nylas", "path", "reason"),
    [
        (nylas_without(401), "/", "bad_key"),
        (nylas_without(200, data=[]), "/", "connector_missing"),
        (nylas_without(200, data=[{"provider": "imap"}]), "/connect/ews", "not_offered"),
        (nylas_without(200, data=[{"provider": "google"}]), "/oauth/google", "not_offered"),
    ],
)
def test_what_the_operator_has_not_set_up_is_never_told_as_the_persons_own_will(
    nylas: httpx.MockTransport, path: str, reason: str
) -> None:
    known = {"NYLAS_CLIENT_ID": APPLICATION_ID, "RETURN_URIS": CALLBACK}
    app = CallingApp(create_app(make_settings(NYLAS_API_KEY=KEY, **known), transport=nylas))
    visitor, page = app.send()
    page = entered(visitor, page) if path == "/" else at_url(path)(visitor, page)
    told = app.get_back(visitor, page)
    assert (told["error"], told["error_code"]) == ("server_error", "500")
    assert told["error_description"] == f"The sign-in failed: {reason}"


def test_a_pause_is_told_as_one_and_what_was_typed_is_there_after_it() -> None:
    app = CallingApp(create_app(make_settings(LIMITS="mailbox=1/5m")))
    visitor, page = app.send()
    page = entered(visitor, page)
    form = visitor.submit(page, password="wrong")
    page = visitor.submit(form, password="wrong", imap_host="mail.example.com")
    assert page.heading == "A short pause for this mailbox"
    told = app.get_back(visitor, page)
    assert (told["error"], told["error_code"]) == ("temporarily_unavailable", "503")
    assert visitor.get(str(form.url)).fields()["imap_host"] == "mail.example.com"


def test_the_app_hears_of_the_last_failure_not_of_an_earlier_one() -> None:
    visitor, page = APP.send()
    page = visitor.submit(page, email="someone@example.com")
    visitor.submit(page, password="wrong")
    page = visitor.get(f"/oauth/google?{page.url.query.decode()}")
    page = visitor.get(decide(visitor, start(visitor, page), ending="unavailable"))
    assert APP.get_back(visitor, page)["error"] == "temporarily_unavailable"
    page = visitor.get(f"/connect/imap?{page.url.query.decode()}")
    page = visitor.submit(page, password="wrong")
    assert APP.get_back(visitor, page)["error_code"] == "25022"


def test_who_comes_back_after_all_is_connected_and_no_failure_is_told() -> None:
    visitor, page = APP.send()
    page = visitor.submit(page, email="someone@example.com")
    page = visitor.submit(page, password="wrong")
    assert "error" in APP.get_back(visitor, page)
    page = visitor.submit(page, password="secret")
    assert APP.get_back(visitor, page).keys() == {"code"}


def test_who_looks_for_the_confirmation_too_early_goes_on_for_the_same_app() -> None:
    visitor, page = APP.send(state="s")
    page = visitor.get(f"/connected?{page.url.query.decode()}")
    assert page.heading == START
    assert APP.get_back(visitor, page)["state"] == "s"


def entered(visitor: Visitor, page: Page) -> Page:
    return visitor.submit(page, email="someone@example.com")


def at_url(path: str) -> Callable[[Visitor, Page], Page]:
    """Open another page of the same sign-in."""
    return lambda visitor, page: visitor.get(f"{path}?s={page.url.params['s']}")


def posted(path: str, **fields: str) -> Callable[[Visitor, Page], Page]:
    """Send a form of the same sign-in that was not shown like that."""

    def post(visitor: Visitor, page: Page) -> Page:
        url = f"{path}?s={page.url.params['s']}"
        return Page(visitor.client.post(url, data=page.fields() | fields))

    return post


def password(text: str, email: str = "someone@example.com") -> Callable[[Visitor, Page], Page]:
    def sign_in(visitor: Visitor, page: Page) -> Page:
        return visitor.submit(visitor.submit(page, email=email), password=text)

    return sign_in


def oauth_ending(ending: str) -> Callable[[Visitor, Page], Page]:
    def go(visitor: Visitor, page: Page) -> Page:
        page = at_url("/oauth/google")(visitor, page)
        return visitor.get(decide(visitor, start(visitor, page), ending=ending))

    return go


PAGES: dict[str, tuple[Callable[[Visitor, Page], Page], int]] = {
    "the first page": (lambda visitor, page: page, 200),
    "the first page with a mistake": (lambda visitor, page: visitor.submit(page, email="x"), 422),
    "the chooser": (at_url("/providers"), 200),
    "a form": (entered, 200),
    "a form with a mistake": (password(""), 422),
    "a form with a wrong password": (password("wrong"), 422),
    "a problem of Nylas": (password("secret", "internal@example.com"), 503),
    "a problem of the operator": (password("secret", "bad-key@example.com"), 503),
    "a problem that may be none": (password("secret", "gateway@example.com"), 504),
    "the page before a provider": (at_url("/oauth/google"), 200),
    "a provider that was left": (oauth_ending("cancel"), 200),
    "a provider that is down": (oauth_ending("unavailable"), 503),
    "a form that was not shown": (posted("/connect/imap", csrf_token=""), 400),
    "a form that is too long": (posted("/", email="a" * 100_000), 413),
    "a page that does not exist": (at_url("/nowhere"), 404),
    "a provider that does not exist": (at_url("/connect/nowhere"), 404),
    "a page that takes no form": (posted("/connected"), 405),
}


@pytest.mark.parametrize(("reach", "status"), PAGES.values(), ids=PAGES)
def test_every_page_leads_back_to_the_app(
    reach: Callable[[Visitor, Page], Page], status: int
) -> None:
    visitor, page = APP.send(state="s")
    page = reach(visitor, page)
    assert page.status == status
    told = APP.get_back(visitor, page)
    assert told["state"] == "s"
    assert {"error", "error_description", "error_code"} < told.keys()
    first = [href for href in page.links.values() if href == "/"]
    assert not first, "no link forgets the app"


def test_no_page_leads_back_when_nobody_was_sent_here() -> None:
    visitor = Visitor.inside(APP.page)
    for page in (visitor.get("/"), visitor.enter("someone@example.com"), visitor.get("/nowhere")):
        assert not [href for href in page.links.values() if "/return" in href]


def test_while_marks_cannot_be_read_the_way_back_stays_open(tmp_path: Path) -> None:
    settings = make_settings(NYLAS_API_KEY=KEY, RETURN_URIS=CALLBACK, STATE_DIR=str(tmp_path))
    nylas = httpx.WSGITransport(app=create_sandbox(api_key=KEY))
    app = CallingApp(create_app(settings, transport=nylas), secret=KEY)
    visitor, page = app.send(login_hint="someone@example.com", provider="imap")
    page = visitor.submit(page, password="secret")
    code = app.get_back(visitor, page)["code"]
    with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as marks:
        marks.execute("DROP TABLE marks")
    assert app.get_back(visitor, visitor.get(str(page.url)))["code"] == code
    answer = app.exchange(code)
    assert answer.status_code == 503, "the exchange itself looks again"
