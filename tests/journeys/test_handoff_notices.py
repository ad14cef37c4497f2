"""What the app's server hears meanwhile, over a real connection."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app import create_app
from latchkey.apps.webhooks import publisher
from tests.calling import CallingApp
from tests.conftest import make_settings
from tests.journeys.test_oauth import decide, start
from tests.latchkey.webhook_receiver import SECRET, Company, company, eventually
from tests.pages import Page, Visitor

EMAIL = "someone@example.com"


@pytest.fixture
def firm() -> Iterator[Company]:
    with company() as made:
        yield made


@pytest.fixture
def app(firm: Company) -> Iterator[CallingApp]:
    page = create_app(
        make_settings(
            RESULT_WEBHOOK_URL=firm.receiver.url,
            RESULT_WEBHOOK_SECRET=SECRET,
            RESULT_WEBHOOK_EMAIL="true",
        )
    )
    yield CallingApp(page)
    page.extensions["services"].webhooks.close()


def told(firm: Company, count: int) -> list[dict[str, Any]]:
    """What was told, when it was this many things."""
    eventually(lambda: len(firm.receiver.received) >= count)
    received = firm.receiver.received
    assert len(received) == count
    assert all(each.is_signed for each in received)
    return [each.told for each in received]


def only(firm: Company) -> dict[str, Any]:
    (notice,) = told(firm, 1)
    assert notice.pop("id")
    assert notice.pop("time")
    return notice


def with_password(visitor: Visitor, page: Page, password: str = "secret") -> Page:
    return visitor.submit(visitor.submit(page, email=EMAIL), password=password)


def test_the_app_hears_that_its_person_is_connected(app: CallingApp, firm: Company) -> None:
    visitor, page = app.send(state="s ü")
    page = with_password(visitor, page)
    grant_id = app.receive(visitor, page)["grant_id"]
    notice = only(firm)
    assert notice.pop("sign_in")
    assert notice == {
        "type": "sign_in.connected", "state": "s ü", "provider": "imap", "email": EMAIL,
        "grant_id": grant_id, "reconnected": False,
    }  # fmt: skip


def test_an_account_that_nobody_typed_is_named_by_its_address(
    app: CallingApp, firm: Company
) -> None:
    visitor, page = app.send(provider="google")
    page = visitor.get(decide(visitor, start(visitor, page), account="me@gmail.com"))
    app.receive(visitor, page)
    notice = only(firm)
    assert (notice["type"], notice["email"]) == ("sign_in.connected", "me@gmail.com")


def test_the_app_hears_of_every_try_of_one_person_under_one_name(
    app: CallingApp, firm: Company
) -> None:
    visitor, page = app.send(state="s")
    page = with_password(visitor, page, "wrong")
    told(firm, 1)
    # Another address, another provider, and still the same person.
    page = visitor.get(f"/?s={page.url.params['s']}")
    page = visitor.submit(page, email="me@gmail.com")
    page = visitor.get(decide(visitor, start(visitor, page), ending="unavailable"))
    told(firm, 2)
    app.receive(visitor, visitor.get(decide(visitor, start(visitor, page))))
    heard = told(firm, 3)
    assert [(each["type"], each.get("reason"), each["provider"]) for each in heard] == [
        ("sign_in.failed", "wrong_password", "imap"),
        ("sign_in.failed", "provider_down", "google"),
        ("sign_in.connected", None, "google"),
    ]
    assert len({each["sign_in"] for each in heard}) == 1
    assert {each["state"] for each in heard} == {"s"}


def test_two_people_have_two_names(app: CallingApp, firm: Company) -> None:
    for _ in range(2):
        visitor, page = app.send()
        app.receive(visitor, with_password(visitor, page))
    assert len({each["sign_in"] for each in told(firm, 2)}) == 2


def test_the_app_hears_at_once_of_who_cancels(app: CallingApp, firm: Company) -> None:
    visitor, page = app.send(state="s")
    assert app.get_back(visitor, page)["error"] == "access_denied"
    assert only(firm)["type"] == "sign_in.abandoned"


def test_the_app_hears_of_a_grant_only_from_the_exchange_of_its_code(
    app: CallingApp, firm: Company
) -> None:
    visitor, page = app.send(state="of a stranger")
    page = with_password(visitor, page)
    code = app.get_back(visitor, page)["code"]
    app.exchange(code, client_secret="wrong")
    app.exchange(code, redirect_uri="https://evil.example")
    time.sleep(0.5)
    assert not firm.receiver.received, "nothing binds a grant to a state before that"
    assert app.exchange(code).status_code == 200
    assert only(firm)["state"] == "of a stranger"


def test_what_a_foreign_page_opens_is_not_taken_for_giving_up(
    app: CallingApp, firm: Company
) -> None:
    visitor, page = app.send(state="s")
    address = f"/return?s={page.url.params['s']}"
    for site in ("cross-site", "same-site", "none", "same-origin"):
        answer = visitor.client.get(address, headers={"Sec-Fetch-Site": site})
        assert app.heard(answer)["error"] == "access_denied"
    visitor.client.get(f"{address}&t={'0' * 32}")
    time.sleep(0.5)
    assert not firm.receiver.received
    app.get_back(visitor, page)
    assert only(firm)["type"] == "sign_in.abandoned"


def test_a_link_without_an_app_is_told_about_with_its_own_state(
    app: CallingApp, firm: Company
) -> None:
    link = app.page.extensions["services"].links.make(EMAIL, seconds=60, state="of the link")
    visitor = Visitor.inside(app.page)
    page = visitor.get(f"/?link={link}&state=another")
    assert visitor.submit(visitor.submit(page), password="secret").status == 200
    notice = only(firm)
    assert (notice["type"], notice["state"]) == ("sign_in.connected", "of the link")


LEAVING: dict[str, tuple[dict[str, Any], Callable[[Visitor, Page], object]]] = {
    "after the address": ({}, lambda visitor, page: visitor.submit(page, email=EMAIL)),
    "at a provider": ({"provider": "google"}, start),
    "after a wrong password": (
        {"provider": "imap", "login_hint": "wrong-password@example.com"},
        lambda visitor, page: visitor.submit(page, password="wrong"),
    ),
}
LOOKING: dict[str, dict[str, Any]] = {
    "at the first page": {},
    "at the chooser": {"prompt": "select_provider"},
    "before a provider": {"provider": "google"},
    "at a form": {"provider": "imap", "login_hint": EMAIL},
}


@pytest.mark.parametrize(("query", "go"), LEAVING.values(), ids=LEAVING)
def test_the_app_hears_of_who_says_nothing_any_more(
    app: CallingApp, firm: Company, monkeypatch: pytest.MonkeyPatch,
    query: dict[str, Any], go: Callable[[Visitor, Page], object],
) -> None:  # fmt: skip
    monkeypatch.setattr(publisher, "ABANDONED_SECONDS", 0.3)
    go(*app.send(state="s", **query))
    eventually(lambda: "sign_in.abandoned" in [kind for kind, _ in firm.receiver.told])
    assert firm.receiver.received[-1].told["state"] == "s"


@pytest.mark.parametrize("query", LOOKING.values(), ids=LOOKING)
def test_link_previews_and_scanners_do_not_give_anything_up(
    app: CallingApp, firm: Company, monkeypatch: pytest.MonkeyPatch, query: dict[str, Any]
) -> None:
    monkeypatch.setattr(publisher, "ABANDONED_SECONDS", 0.1)
    for _ in range(20):
        app.send(state="s", **query)
    time.sleep(0.4)
    assert not firm.receiver.received


def test_who_went_straight_to_a_provider_and_is_connected_has_not_given_up(
    app: CallingApp, firm: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "ABANDONED_SECONDS", 1.0)
    visitor, page = app.send(provider="google")
    page = visitor.get(decide(visitor, start(visitor, page), account="me@gmail.com"))
    app.receive(visitor, page)
    visitor.submit(app.send(visitor, state="another person")[1], email=EMAIL)
    eventually(lambda: len(firm.receiver.received) == 2)
    assert [kind for kind, _ in firm.receiver.told] == ["sign_in.connected", "sign_in.abandoned"]
    assert firm.receiver.received[1].told["state"] == "another person"


def test_a_link_is_told_about_like_an_app(app: CallingApp, firm: Company) -> None:
    links = app.page.extensions["services"].links
    other = "other-address@example.com"
    for number, email in enumerate((other, EMAIL), start=1):
        visitor, page = app.send(state="s", link=links.make(email, seconds=60))
        page = visitor.submit(visitor.submit(page), password="secret")
        if email == EMAIL:
            app.receive(visitor, page)
        # Notices may overtake each other.
        heard = told(firm, number)
    assert [each.get("reason") for each in heard] == ["account_mismatch", None]
    assert [(each["state"], each["email"]) for each in heard] == [("s", other), ("s", EMAIL)]


def test_who_was_sent_by_nobody_is_told_about_without_a_state(
    app: CallingApp, firm: Company
) -> None:
    visitor = Visitor.inside(app.page)
    with_password(visitor, visitor.get("/"))
    assert only(firm)["state"] == ""
