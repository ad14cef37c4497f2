"""Every way a sign-in at a provider's own page can end, against the sandbox's providers."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import html5lib
import httpx
import pytest

from app import create_app
from latchkey.infra.sealing import Sealer
from latchkey.problems.oauth import (
    ACCOUNT_KIND,
    ADMIN_NEEDED,
    CANCELLED,
    CONDITIONAL_ACCESS,
    DEVICE_RULES,
    EMBEDDED_BROWSER,
    EXPIRED,
    LINK_OVER,
    NO_REFRESH_TOKEN,
    NOT_ASSIGNED,
    NOT_IN_TENANT,
    ORGANISATION_SIGN_IN,
    SECOND_FACTOR,
    SIGN_IN_AGAIN,
)
from latchkey.problems.service import MISSING_PERMISSIONS
from latchkey.sandbox.oauth import ENDINGS
from latchkey.sandbox.payload import TOKEN_PREFIX
from tests.apps import visitor_at
from tests.conftest import SECRET, make_settings
from tests.pages import Page, Visitor

PERSONS = {
    "google": "someone@gmail.com",
    "microsoft": "someone@outlook.com",
    "yahoo": "someone@example.com",
    "zoom": "someone@example.com",
}
KEYS = list(PERSONS)


def reach(visitor: Visitor, key: str) -> Page:
    """The page that leads to the provider."""
    page = visitor.enter(PERSONS[key])
    if key in ("yahoo", "zoom"):
        sign_in = str(page.url.params["s"])
        page = visitor.get(f"/oauth/{key}?s={sign_in}")
    return page


def start(visitor: Visitor, page: Page) -> httpx.Response:
    """Follow the link to the provider; gives its consent page."""
    (link,) = [href for href in page.links.values() if "/start?" in href]
    answer = visitor.client.get(link)
    assert answer.status_code == 302
    return visitor.client.get(answer.headers["location"])


def decide(visitor: Visitor, consent: httpx.Response, **choices: str) -> str:
    """Answer the consent page; gives the address that leads back to us."""
    tree = html5lib.parse(consent.text, namespaceHTMLElements=False)
    boxes = [box for box in tree.iter("input") if box.get("disabled") is None]
    scopes = [box.get("value", "") for box in boxes if box.get("name") == "scope"]
    fields: dict[str, str | list[str]] = {
        box.attrib["name"]: box.get("value", "") for box in boxes if box.get("name") != "scope"
    }
    unticked = choices.pop("untick", None)
    fields["scope"] = [scope for scope in scopes if unticked is None or unticked not in scope]
    account = {"account": fields["account"] or "someone@example.com"}
    data = fields | account | {"decision": "allow"} | choices
    answer = visitor.client.post(str(consent.url), data=data)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def travel(visitor: Visitor, key: str, **choices: str) -> Page:
    """The whole way there and back."""
    return visitor.get(decide(visitor, start(visitor, reach(visitor, key)), **choices))


@pytest.mark.parametrize("key", KEYS)
def test_a_mailbox_is_connected_without_a_password(visitor: Visitor, key: str) -> None:
    page = reach(visitor, key)
    assert "your password stays there" in page.text
    page = visitor.get(decide(visitor, start(visitor, page)))
    assert page.heading == "Your mailbox is connected"
    assert PERSONS[key] in page.text
    assert not {"code", "state", "iss"} & set(page.url.params), "secrets stay in the address"


WANTED: dict[str, Any] = {
    "cancel": (CANCELLED.title, 200),
    "admin": (ADMIN_NEEDED.title, 403),
    "admin-only": (ADMIN_NEEDED.title, 403),
    "admin-requested": (ADMIN_NEEDED.title, 403),
    "conditional-access": {
        "microsoft": (CONDITIONAL_ACCESS.title, 403),
        "": (CANCELLED.title, 200),
    },
    "wrong-tenant": (NOT_IN_TENANT.title, 403),
    "not-assigned": {
        "microsoft": (NOT_ASSIGNED.title, 403),
        "": (CANCELLED.title, 200),
    },
    "device-rules": {
        "microsoft": (DEVICE_RULES.title, 403),
        "": (CANCELLED.title, 200),
    },
    "second-factor": (SECOND_FACTOR.title, 422),
    "account-kind": {
        "microsoft": (ACCOUNT_KIND.title, 403),
        "": (NOT_IN_TENANT.title, 403),
    },
    "organisation-down": {
        "microsoft": (ORGANISATION_SIGN_IN.title, 503),
        "": ("isn’t answering", 503),
    },
    "in-app-browser": (EMBEDDED_BROWSER.title, 403),
    "unavailable": ("isn’t answering", 503),
    "server-error": ("isn’t answering", 503),
    "used-code": (EXPIRED.title, 422),
    "no-email": ("Your mailbox is connected", 200),
    "expired-code": (EXPIRED.title, 422),
    "wrong-secret": ("This page isn’t set up correctly", 503),
    "redirect-mismatch": ("This page isn’t set up correctly", 503),
    "token-down": ("isn’t answering", 503),
    "no-refresh-token": {
        "google": (NO_REFRESH_TOKEN.title, 422),
        "": ("This page isn’t set up correctly", 503),
    },
    "no-address": {
        "zoom": ("Your mailbox is connected", 200),
        "": (SIGN_IN_AGAIN.title, 422),
    },
    "dead-token": (SIGN_IN_AGAIN.title, 422),
    "allow": ("Your mailbox is connected", 200),
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("ending", [ending.name for ending in ENDINGS])
def test_every_ending_has_a_page_and_a_way_on(visitor: Visitor, key: str, ending: str) -> None:
    wanted = WANTED[ending]
    if isinstance(wanted, dict):
        wanted = wanted[key if key in wanted else ""]
    heading, status = wanted
    page = travel(visitor, key, ending=ending)
    assert heading in page.heading
    assert page.status == status
    if page.heading != "Your mailbox is connected":
        assert any("Use a different address" in text for text in page.links)
        assert any("Choose another way" in text for text in page.links)
        assert page.support_code or page.heading == CANCELLED.title


@pytest.mark.parametrize("key", ["google", "microsoft"])
def test_after_a_failure_the_next_try_works(visitor: Visitor, key: str) -> None:
    page = travel(visitor, key, ending="cancel")
    assert visitor.get(str(page.url)).heading == page.heading, "it can be reloaded"
    page = visitor.get(decide(visitor, start(visitor, page)))
    assert page.heading == "Your mailbox is connected"


def test_a_cancelled_sign_in_is_no_refusal_of_an_administrator(visitor: Visitor) -> None:
    target = httpx.URL(decide(visitor, start(visitor, reach(visitor, "microsoft"))))
    cancelled = {
        "state": target.params["state"], "error": "access_denied", "error_subcode": "cancel"
    }  # fmt: skip
    page = visitor.get(str(target.copy_with(params=cancelled)))
    assert page.heading == CANCELLED.title
    assert any("/start?" in href for href in page.links.values())


def test_an_operator_fault_offers_no_other_try(visitor: Visitor) -> None:
    page = travel(visitor, "google", ending="wrong-secret")
    assert not any("/start?" in href for href in page.links.values())
    assert "nothing you did" in page.text


def test_permissions_that_were_unticked_are_named(visitor: Visitor) -> None:
    page = travel(visitor, "google", untick="calendar")
    assert page.heading == MISSING_PERMISSIONS.title
    assert "See and change calendars" in page.text
    assert "Read and send mail" not in page.text
    page = visitor.get(decide(visitor, start(visitor, page)))
    assert page.heading == "Your mailbox is connected"


def test_another_account_is_named_and_can_be_used(visitor: Visitor) -> None:
    page = travel(visitor, "microsoft", account="other@example.org")
    assert page.heading == "That was another account"
    assert "someone@outlook.com" in page.text
    assert "other@example.org" in page.text
    page = visitor.submit(page)
    assert page.heading == "Continue with Microsoft"
    assert "other@example.org" in page.text
    page = visitor.get(decide(visitor, start(visitor, page)))
    assert page.heading == "Your mailbox is connected"
    assert "other@example.org" in page.text


def test_another_account_is_used_as_it_would_be_if_it_was_typed(visitor: Visitor) -> None:
    page = visitor.submit(travel(visitor, "microsoft", account="other@BÜCHER.example"))
    assert page.heading == "Continue with Microsoft"
    assert "other@bücher.example (xn--bcher-kva.example)" in page.text
    assert start(visitor, page).url.params["login_hint"] == "other@xn--bcher-kva.example"


@pytest.mark.parametrize("account", ["a\x00b@corp.example", "a..b@corp.example"])
def test_an_account_that_is_no_good_address_cannot_be_used_instead(
    visitor: Visitor, account: str
) -> None:
    page = travel(visitor, "microsoft", account=account)
    assert page.heading == "That was another account"
    assert page.tree.find(".//form") is None
    token = visitor.get("/").fields()["csrf_token"]
    answer = visitor.client.post(str(page.url), data={"csrf_token": token}, follow_redirects=True)
    assert Page(answer).heading == "That was another account"


def test_after_another_account_the_right_one_can_be_picked(visitor: Visitor) -> None:
    page = travel(visitor, "google", account="other@example.org")
    consent = start(visitor, page)
    assert "select_account" in str(consent.url)
    page = visitor.get(decide(visitor, consent, account="someone@gmail.com"))
    assert page.heading == "Your mailbox is connected"
    assert "someone@gmail.com" in page.text


def test_the_message_for_administrators_says_all_they_need(visitor: Visitor) -> None:
    page = travel(visitor, "microsoft", decision="admin")
    assert "someone@outlook.com" in page.text
    link = re.search(r"\S+/adminconsent\S+", page.text)
    assert link
    mail = dict(parse_qsl(urlsplit(page.links["Send by mail"]).query))
    assert link[0] in mail["body"].split("\r\n")
    assert mail["subject"] == "Please approve Latchkey"
    query = dict(parse_qsl(urlsplit(link[0]).query))
    assert query["client_id"] == "sandbox-microsoft"
    assert query["redirect_uri"] == "http://localhost/oauth/microsoft/callback"
    back = re.search(r"http://localhost/\?login_hint=\S+", page.text)
    assert back
    assert visitor.get(back[0]).fields()["email"] == "someone@outlook.com"
    approval = visitor.client.get(link[0])
    approve = re.search(r'href="([^"]*admin_consent[^"]*)"', approval.text)
    assert approve
    approved = approve[1].replace("&amp;", "&")
    assert "is approved" in visitor.get(approved).heading
    other_key = Visitor.inside(create_app(make_settings(SECRET_KEY=SECRET[::-1])))
    for made_up in (
        "admin_consent=True", "admin_consent=True&state=", "error_subcode=cancel",
        "admin_consent=True&state=ü", f"admin_consent=True&state={'0' * 24}",
    ):  # fmt: skip
        page = visitor.get(f"/oauth/microsoft/callback?{made_up}")
        assert page.heading == "Nothing more to do here"
    assert other_key.get(approved).heading == "Nothing more to do here"
    assert visitor.get(approved.replace("/microsoft/", "/google/")).heading == (
        "Nothing more to do here"
    )


def test_a_user_who_cancels_is_no_administrator_who_refuses(visitor: Visitor) -> None:
    page = reach(visitor, "microsoft")
    location = visitor.client.get(page.leading("/start?")).headers["location"]
    state = dict(parse_qsl(urlsplit(location).query))["state"]
    refused = f"error=access_denied&error_subcode=cancel&state={state}"
    page = visitor.get(f"/oauth/microsoft/callback?{refused}")
    assert page.heading == CANCELLED.title


def test_a_google_administrator_is_told_the_client(visitor: Visitor) -> None:
    page = travel(visitor, "google", decision="admin")
    assert "sandbox-google" in page.text


@pytest.mark.parametrize(
    "attack",
    [
        lambda url: url.copy_remove_param("state"),
        lambda url: url.copy_set_param("state", ""),
        lambda url: url.copy_set_param("state", "nobody.nothing"),
        lambda url: url.copy_set_param("state", url.params["state"] + "x"),
        lambda url: url.copy_set_param("state", url.params["state"].partition(".")[0] + "."),
        lambda url: url.copy_with(path="/oauth/microsoft/callback"),
        lambda url: url.copy_set_param("iss", "https://evil.example"),
        lambda url: url.copy_add_param("code", "another"),
        lambda url: url.copy_add_param("iss", "https://evil.example"),
        lambda url: url.copy_remove_param("code"),
        lambda url: url.copy_set_param("code", "injected"),
        lambda url: url.copy_set_param("state", "ü\u0000"),
    ],
)
def test_an_altered_callback_connects_nothing(
    visitor: Visitor, attack: Callable[[httpx.URL], httpx.URL]
) -> None:
    target = decide(visitor, start(visitor, reach(visitor, "google")))
    page = visitor.get(str(attack(httpx.URL(target))))
    assert page.status in (400, 422)
    assert page.heading in (LINK_OVER.title, EXPIRED.title)
    assert visitor.get("/connected").heading == "Connect your mailbox"


def test_a_callback_brought_by_another_browser_connects_nothing(
    visitor: Visitor, visit: Callable[..., Visitor]
) -> None:
    target = decide(visitor, start(visitor, reach(visitor, "google")))
    stranger = visit()
    stranger.enter("someone@gmail.com")
    page = stranger.get(target)
    assert page.heading == LINK_OVER.title
    assert stranger.get(page.links["Use a different address"]).heading == "Connect your mailbox"


@pytest.mark.parametrize("key", KEYS)
def test_the_way_back_is_the_public_address_whatever_a_request_says(key: str) -> None:
    app = create_app(make_settings(PUBLIC_URL="http://eu.localhost:8080", TRUSTED_PROXIES="1"))
    forged = {
        "Host": "localhost", "X-Forwarded-Host": "localhost", "X-Forwarded-Port": "1",
        "Forwarded": "host=evil.example", "X-Original-Host": "evil.example",
    }  # fmt: skip
    for headers in ({}, forged):
        visitor = visitor_at(app, "http://eu.localhost:8080")
        page = reach(visitor, key)
        (link,) = [href for href in page.links.values() if "/start?" in href]
        answer = visitor.client.get(link, headers=headers)
        assert answer.status_code == 302
        back = httpx.URL(answer.headers["location"]).params["redirect_uri"]
        assert back == f"http://eu.localhost:8080/oauth/{key}/callback"


def test_a_repeated_callback_gets_the_first_ones_answer(visitor: Visitor) -> None:
    target = decide(visitor, start(visitor, reach(visitor, "google")))
    before = httpx.Cookies(visitor.client.cookies)
    assert visitor.get(target).heading == "Your mailbox is connected"
    grant = visitor.get("/connected").by_id("grant-id")
    visitor.client.cookies = before
    assert visitor.get(target).by_id("grant-id") == grant


def test_an_older_way_there_is_void_once_a_newer_began(visitor: Visitor) -> None:
    page = reach(visitor, "google")
    older = decide(visitor, start(visitor, page))
    newer = decide(visitor, start(visitor, page))
    assert visitor.get(older).heading == LINK_OVER.title
    assert visitor.get(newer).heading == "Your mailbox is connected"


def test_two_tabs_do_not_mix(visitor: Visitor) -> None:
    one = visitor.enter("one@gmail.com")
    two = visitor.enter("two@gmail.com")
    first, second = start(visitor, one), start(visitor, two)
    page = visitor.get(decide(visitor, second))
    assert "two@gmail.com" in page.text
    assert "one@gmail.com" not in page.text
    assert "one@gmail.com" in visitor.get(decide(visitor, first)).text


def unsealed(visitor: Visitor) -> list[dict[str, Any]]:
    """What stands in the cookies of the sign-ins."""
    sealer = Sealer([SECRET], purpose="flow")
    cookies = visitor.client.cookies.jar
    sealed = [str(cookie.value) for cookie in cookies if cookie.name.startswith("signin-")]
    return [sealer.open(value, max_age=3600) for value in sealed]


@pytest.mark.parametrize("choices", [{}, {"ending": "dead-token"}, {"untick": "calendar"}])
def test_neither_token_nor_verifier_is_kept_or_told(
    capsys: pytest.CaptureFixture[str], choices: dict[str, str]
) -> None:
    visitor = Visitor.inside(create_app(make_settings()))
    consent = start(visitor, reach(visitor, "google"))
    (on_the_way,) = unsealed(visitor)
    verifier, sealed = on_the_way["pending"]["verifier"], str(visitor.client.cookies.jar)
    assert len(verifier) >= 43
    target = decide(visitor, consent, **choices)
    page = visitor.get(target)
    log = capsys.readouterr().out
    assert '"route": "/oauth/<key>/callback"' in log
    told = log + page.html + str(visitor.client.cookies.jar) + sealed
    kept = str(unsealed(visitor))
    for secret in (TOKEN_PREFIX, "dead-someone", verifier, *httpx.URL(target).params.values()):
        assert secret not in told
        assert secret not in kept or secret.startswith("http")


def test_without_a_client_the_page_says_what_is_missing(visit: Callable[..., Visitor]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        data: object = [{"provider": "google"}, {"provider": "imap"}]
        if request.url.path.endswith("detect"):
            data = {"email_address": "a", "detected": True, "provider": "google"}
        return httpx.Response(200, json={"data": data})

    visitor = visit(transport=httpx.MockTransport(answer), NYLAS_API_KEY="nyk_v0_key")
    page = visitor.enter("someone@gmail.com")
    assert page.heading == "Google is not configured here"
    page = visitor.get(page.links["Choose another way"])
    assert "Google" not in page.text
    assert "Another mail provider" in page.text


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/sandbox/oauth/google/authorize", {}, 400),
        ("/sandbox/v3/connectors", {"Authorization": "Bearer sandbox"}, 404),
        ("/sandbox/oauth/google/authorize", {"Host": "evil.example"}, 404),
    ],
)
def test_of_the_sandbox_only_the_sign_in_pages_can_be_opened(
    visitor: Visitor, path: str, headers: dict[str, str], status: int
) -> None:
    assert visitor.client.get(path, headers=headers).status_code == status


def test_the_sandbox_is_closed_to_other_machines() -> None:
    app = create_app(make_settings())
    client = app.test_client()
    path = "/sandbox/oauth/google/authorize"
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(path, environ_overrides=elsewhere).status_code == 404
    assert client.get(path).status_code == 400
