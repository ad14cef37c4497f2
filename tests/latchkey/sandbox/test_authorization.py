"""How strict the sandbox's sign-in pages are with their client, seen from outside."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import html5lib
import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from latchkey.sandbox import create_sandbox
from latchkey.sandbox.expiring_store import ExpiringStore
from latchkey.sandbox.oauth import ENDINGS
from tests.latchkey.sandbox.oauth_client import (
    ACCOUNT,
    GOOGLE,
    KEYS,
    SCOPES,
    VERIFIER,
    Browser,
    back,
    challenge_of,
    json_of,
    refused_on_a_page,
)

AT_ONCE = [ending for ending in ENDINGS if ending.error and not ending.token_status]
AT_TOKEN = [ending for ending in ENDINGS if ending.token_status]
AFTER = [ending for ending in ENDINGS if not ending.error and not ending.token_status]


@pytest.mark.parametrize("key", KEYS)
def test_the_honest_way_gives_everything_that_nylas_needs(
    browse: Callable[[str], Browser], key: str, make_caller: Callable[..., Any]
) -> None:
    browser = browse(key)
    answer = browser.decide(browser.ask())
    result = back(answer)
    assert result["state"] == "st/ate +ü"
    assert result.get("iss") == ("http://localhost" if key == "google" else None)
    tokens = json_of(browser.redeem(result["code"]))
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert set(SCOPES[key].split()) <= set(tokens["scope"].split())
    assert tokens["refresh_token"] == f"sandbox-refresh-{ACCOUNT}"
    connected = make_caller().connect(key, {"refresh_token": tokens["refresh_token"]})
    assert connected.json["data"]["email"] == ACCOUNT


@pytest.mark.parametrize("key", KEYS)
def test_the_sign_in_pages_need_no_key_and_nylas_still_does(
    browse: Callable[[str], Browser], key: str
) -> None:
    browser = browse(key)
    assert browser.ask().status_code == 200
    assert browser.http.get("/v3/grants").status_code == 401


@pytest.mark.parametrize("key", KEYS)
def test_the_consent_page_is_valid_and_says_that_it_is_not_real(
    browse: Callable[[str], Browser], key: str
) -> None:
    page = browse(key).ask(login_hint='"><script>x</script>@example.com')
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page.text)
    assert "this is not the real" in page.text
    assert "<script" not in page.text
    assert len(list(tree.iter("h1"))) == 1
    ids = [node.get("id") for node in tree.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    labels = {label.get("for") for label in tree.iter("label")}
    for box in [*tree.iter("input"), *tree.iter("select")]:
        assert box.get("type") == "hidden" or box.get("id") in labels
    policy = page.headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_it_works_below_another_path() -> None:
    def nothing(environ: Any, start_response: Any) -> list[bytes]:
        start_response("404 Not Found", [])
        return []

    client = Client(DispatcherMiddleware(nothing, {"/sandbox": create_sandbox()}))
    query = Browser(create_sandbox().test_client(), "google", None).query()
    page = client.get("/sandbox/oauth/google/authorize", query_string=query)
    action = re.search(r'<form[^>]*action="([^"]*)"', page.text)
    target = action[1] if action else "/sandbox/oauth/google/authorize"
    found = re.search(r'name="transaction" value="([^"]+)"', page.text)
    assert found
    data = {"transaction": found[1], "account": ACCOUNT, "decision": "allow"}
    assert "code" in back(client.post(target, data=data))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("client_id", [None, "", "other", "sandbox-", "SANDBOX-GOOGLE"])
def test_an_unknown_client_is_refused_on_a_page(
    browse: Callable[[str], Browser], key: str, client_id: str | None
) -> None:
    assert refused_on_a_page(browse(key).ask(client_id=client_id))


WRONG_ADDRESSES = [
    "",
    "/oauth/{key}/callback",
    "//localhost/oauth/{key}/callback",
    "https://evil.example/oauth/{key}/callback",
    "https://localhost.evil.example/oauth/{key}/callback",
    "https://localhost@evil.example/oauth/{key}/callback",
    "https://evil.example@localhost/oauth/{key}/callback",
    "https://evil.example#@localhost/oauth/{key}/callback",
    "http://10.0.0.1/oauth/{key}/callback",
    "http://[::2]/oauth/{key}/callback",
    "ftp://localhost/oauth/{key}/callback",
    "javascript://localhost/oauth/{key}/callback",
    "http://localhost/oauth/{key}/callback/",
    "http://localhost/oauth/{key}/callback?a=b",
    "http://localhost/oauth/{key}/callback#a",
    "http://localhost/other/oauth/{key}/callback",
    "http://localhost/oauth/{key}/../{key}/callback",
    "http://localhost/oauth/{key}/Callback",
    "http://localhost/oauth/other/callback",
    " http://localhost/oauth/{key}/callback",
    "http://localhost/oauth/{key}/callback\n",
]
TRICKY_ADDRESSES = [
    "http://evil.example\\.localhost/oauth/{key}/callback",
    "http://evil.example\\@localhost/oauth/{key}/callback",
    "http://localhost/oauth/{key}/callback?/oauth/{key}/callback",
    "http://localhost/oauth/{key}/callback#/oauth/{key}/callback",
    "http://local\nhost/oauth/{key}/callback",
    "http://local\thost/oauth/{key}/callback",
    "http://localhost:99999999/oauth/{key}/callback",
    "http://localhost:/oauth/{key}/callback",
    "http://localhost:٣/oauth/{key}/callback",
    "http://\u212aelvin.localhost/oauth/{key}/callback",
]
GOOD_ADDRESSES = [
    "http://localhost/oauth/{key}/callback",
    "https://localhost:8443/oauth/{key}/callback",
    "http://127.0.0.1:8000/oauth/{key}/callback",
    "http://[::1]:8000/oauth/{key}/callback",
    "http://login.localhost:8000/oauth/{key}/callback",
]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("address", WRONG_ADDRESSES)
def test_an_address_that_nobody_registered_is_refused_on_a_page(
    browse: Callable[[str], Browser], key: str, address: str
) -> None:
    assert refused_on_a_page(browse(key).ask(redirect_uri=address.format(key=key)))


@pytest.mark.parametrize("address", TRICKY_ADDRESSES)
def test_an_address_that_browsers_may_read_differently_is_refused_on_a_page(
    browse: Callable[[str], Browser], address: str
) -> None:
    assert refused_on_a_page(browse("google").ask(redirect_uri=address.format(key="google")))


@pytest.mark.parametrize("address", GOOD_ADDRESSES)
def test_this_machine_is_registered_under_all_its_names(
    browse: Callable[[str], Browser], address: str
) -> None:
    assert browse("google").ask(redirect_uri=address.format(key="google")).status_code == 200


def test_a_refusal_is_a_page_for_people(browse: Callable[[str], Browser]) -> None:
    page = browse("google").ask(client_id="other")
    assert page.mimetype == "text/html"
    assert "This client is not known" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_two_clients_or_addresses_are_none(browse: Callable[[str], Browser], name: str) -> None:
    browser = browse("google")
    assert refused_on_a_page(browser.ask(**{name: [browser.query()[name]] * 2}))


WRONG_REQUESTS = [
    ({"response_type": None}, KEYS),
    ({"response_type": "token"}, KEYS),
    ({"response_type": "code id_token"}, KEYS),
    ({"state": None}, KEYS),
    ({"state": ""}, KEYS),
    ({"state": "s" * 513}, KEYS),
    ({"scope": None}, ["google", "microsoft", "yahoo"]),
    ({"scope": ""}, ["google", "microsoft", "yahoo"]),
    ({"prompt": "always"}, KEYS),
    ({"prompt": "consent always"}, KEYS),
    ({"code_challenge": None}, KEYS),
    ({"code_challenge": "a" * 42}, KEYS),
    ({"code_challenge": "a" * 44}, KEYS),
    ({"code_challenge_method": None}, KEYS),
    ({"code_challenge_method": "plain"}, KEYS),
    ({"code_challenge_method": "s256"}, KEYS),
]
STRICTER = [
    ({"scope": 'a"b'}, ["google", "microsoft", "yahoo"]),
    ({"scope": "a  b"}, ["google", "microsoft", "yahoo"]),
    ({"code_challenge": "a" * 42 + "="}, KEYS),
    ({"code_challenge": "a" * 42 + "\n"}, KEYS),
    ({"prompt": "none"}, KEYS),
    ({"prompt": "none consent"}, KEYS),
    ({"response_mode": "form_post"}, KEYS),
    ({"state": ["a", "b"]}, KEYS),
    ({"scope": ["openid", "openid"]}, KEYS),
    ({"code_challenge": [challenge_of(VERIFIER)] * 2}, KEYS),
    ({"unknown": ["a", "a"]}, KEYS),
]


@pytest.mark.parametrize("change", WRONG_REQUESTS, ids=str)
def test_a_wrong_request_is_sent_back(browse: Callable[[str], Browser], change: Any) -> None:
    sent_back(browse, *change)


@pytest.mark.parametrize("change", STRICTER, ids=str)
def test_a_request_that_others_might_let_through_is_sent_back(
    browse: Callable[[str], Browser], change: Any
) -> None:
    sent_back(browse, *change)


def sent_back(browse: Callable[[str], Browser], change: dict[str, Any], keys: list[str]) -> None:
    known = {"invalid_request", "invalid_scope", "unsupported_response_type", "login_required"}
    for key in keys:
        result = back(browse(key).ask(**change))
        assert result["error"] in known
        assert "code" not in result
        assert ("iss" in result) == (key == "google")


@pytest.mark.parametrize(
    "change",
    [
        {"state": "s" * 512},
        {"prompt": "select_account"},
        {"prompt": "consent"},
        {"prompt": "consent select_account"},
        {"login_hint": None},
        {"nonce": None},
        {"response_mode": "query"},
        {"language": "en-us"},
    ],
    ids=str,
)
def test_what_is_optional_or_unknown_does_no_harm(
    browse: Callable[[str], Browser], change: dict[str, str]
) -> None:
    for key in KEYS:
        assert browse(key).ask(**change).status_code == 200


def test_a_state_that_was_not_sent_does_not_come_back(browse: Callable[[str], Browser]) -> None:
    location = browse("google").ask(state=None).headers["Location"]
    assert "state" not in parse_qs(urlsplit(location).query, keep_blank_values=True)


def test_the_state_comes_back_with_an_error_too(browse: Callable[[str], Browser]) -> None:
    assert back(browse("google").ask(response_type="token"))["state"] == "st/ate +ü"


def test_unknown_providers_and_methods_are_not_there(browse: Callable[[str], Browser]) -> None:
    http = browse("google").http
    for path in ("authorize", "userinfo"):
        assert http.get(f"/oauth/other/{path}").status_code == 404
    assert http.post("/oauth/other/token").status_code == 404
    assert http.get("/oauth/google/token").status_code == 405
    for key in ("microsoft", "yahoo", "zoom"):
        assert http.post(f"/oauth/{key}/revoke").status_code in (404, 405)


def test_a_consent_page_serves_once(browse: Callable[[str], Browser]) -> None:
    browser = browse("google")
    page = browser.ask()
    assert "code" in back(browser.decide(page))
    assert refused_on_a_page(browser.decide(page))


def test_of_many_answers_to_a_consent_page_at_once_one_counts(
    browse: Callable[[str], Browser],
) -> None:
    google = browse("google")
    page = google.ask()

    def decide() -> int:
        client = Browser(google.http.application.test_client(), "google", google.clock)
        return client.decide(page).status_code

    with ThreadPoolExecutor(8) as threads:
        seen = [each.result() for each in [threads.submit(decide) for _ in range(8)]]
    assert sorted(seen) == [302, *[400] * 7]


def test_an_answer_that_another_one_came_before_counts_for_nothing(
    browse: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browse("google")
    page = browser.ask()
    take = ExpiringStore.take

    def second(store: Any, key: str) -> Any:
        take(store, key)
        return take(store, key)

    monkeypatch.setattr(ExpiringStore, "take", second)
    assert refused_on_a_page(browser.decide(page))


def test_a_consent_page_serves_its_own_provider(browse: Callable[[str], Browser]) -> None:
    page = browse("google").ask()
    assert refused_on_a_page(browse("yahoo").decide(page))


def test_a_consent_page_gets_old(browse: Callable[[str], Browser]) -> None:
    browser = browse("google")
    page, older = browser.ask(), browser.ask()
    browser.clock.now += 599
    assert "code" in back(browser.decide(page))
    browser.clock.now += 1
    assert refused_on_a_page(browser.decide(older))


@pytest.mark.slow
def test_only_so_many_consent_pages_are_remembered(browse: Callable[[str], Browser]) -> None:
    browser = browse("yahoo")
    oldest = browser.ask()
    newer = browser.ask()
    for _ in range(999):
        browser.ask()
    assert refused_on_a_page(browser.decide(oldest))
    assert "code" in back(browser.decide(newer))


def test_a_made_up_decision_decides_nothing(browse: Callable[[str], Browser]) -> None:
    browser = browse("google")
    page = browser.ask()
    for change in ({"decision": "maybe"}, {"ending": "maybe"}):
        assert refused_on_a_page(browser.decide(page, **change))
    assert "code" in back(browser.decide(page))


@pytest.mark.parametrize("account", ["", " ", "someone", "a@b c", "@", "a@" + "b" * 253])
def test_without_an_account_the_page_is_shown_again(
    browse: Callable[[str], Browser], account: str
) -> None:
    browser = browse("google")
    page = browser.decide(browser.ask(), account=account)
    assert page.status_code == 422
    html5lib.HTMLParser(strict=True).parse(page.text)
    assert "Please type an e-mail address" in page.text
    assert "code" in back(browser.decide(page))


def test_nobody_needs_an_account_to_cancel(browse: Callable[[str], Browser]) -> None:
    browser = browse("google")
    result = back(browser.decide(browser.ask(), decision="cancel", account=""))
    assert result["error"] == "access_denied"


@pytest.mark.parametrize("key", ["google", "microsoft", "yahoo"])
def test_what_is_unticked_is_not_granted_and_the_rest_is(
    browse: Callable[[str], Browser], key: str
) -> None:
    *kept, unticked = SCOPES[key].split()
    tokens = browse(key).tokens(scope=kept)
    assert tokens["scope"].split() == kept
    assert unticked not in tokens["scope"].split()


@pytest.mark.parametrize("key", ["google", "microsoft", "yahoo"])
def test_what_says_who_signed_in_cannot_be_unticked(
    browse: Callable[[str], Browser], key: str
) -> None:
    granted = browse(key).tokens(scope=[])["scope"].split()
    fixed = {"openid", "email", "profile", "offline_access", "User.Read", f"{GOOGLE}userinfo.email"}
    assert set(granted) == fixed & set(SCOPES[key].split())


def test_nobody_can_tick_what_was_not_asked_for(browse: Callable[[str], Browser]) -> None:
    tokens = browse("google").tokens(scope=[f"{GOOGLE}contacts"])
    assert f"{GOOGLE}contacts" not in tokens["scope"]


def test_zoom_grants_what_its_app_has(browse: Callable[[str], Browser]) -> None:
    tokens = browse("zoom").tokens(query={"scope": "everything"})
    assert "meeting:write:meeting" in tokens["scope"].split()
    assert "everything" not in tokens["scope"]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("ending", AT_ONCE, ids=lambda ending: str(ending.name))
def test_an_ending_at_the_provider_comes_back_as_its_error(
    browse: Callable[[str], Browser], key: str, ending: Any
) -> None:
    browser = browse(key)
    result = back(browser.decide(browser.ask(), ending=ending.name))
    assert "code" not in result
    assert result["state"] == "st/ate +ü"
    if key == "microsoft" and ending.number:
        assert result["error_description"].startswith(f"AADSTS{ending.number}:")
    else:
        assert result["error"] == ending.error


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("decision", ["cancel", "admin"])
def test_a_button_wins_over_the_list(
    browse: Callable[[str], Browser], key: str, decision: str
) -> None:
    browser = browse(key)
    result = back(browser.decide(browser.ask(), decision=decision, ending="token-down"))
    assert "error" in result


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("ending", AT_TOKEN, ids=lambda ending: str(ending.name))
def test_an_ending_at_the_token_endpoint_is_its_error(
    browse: Callable[[str], Browser], key: str, ending: Any
) -> None:
    browser = browse(key)
    answer = browser.redeem(browser.code(ending=ending.name))
    assert answer.status_code == ending.token_status
    assert "access_token" not in answer.text
    if ending.token_status == 503:
        assert answer.mimetype == "text/html"
    elif key == "microsoft":
        assert json_of(answer)["error_codes"] == [ending.number]
        assert json_of(answer)["error_description"].startswith(f"AADSTS{ending.number}:")
    elif key == "zoom":
        assert set(json_of(answer)) >= {"error"}
    else:
        assert set(json_of(answer)) == {"error", "error_description"}


@pytest.mark.parametrize("ending", AFTER, ids=lambda ending: str(ending.name))
def test_any_other_ending_gives_tokens(browse: Callable[[str], Browser], ending: Any) -> None:
    for key in KEYS:
        tokens = browse(key).tokens(ending=ending.name)
        has = "refresh_token" in tokens
        assert has == (ending.name != "no-refresh-token")
        if has:
            usual = tokens["refresh_token"] == f"sandbox-refresh-{ACCOUNT}"
            assert usual == (ending.name != "dead-token")


def test_nylas_refuses_the_dead_token(
    browse: Callable[[str], Browser], make_caller: Callable[..., Any]
) -> None:
    token = browse("google").tokens(ending="dead-token")["refresh_token"]
    answer = make_caller().connect("google", {"refresh_token": token})
    assert answer.json["error"]["provider_error"]["error"] == "invalid_grant"


def test_zoom_refuses_in_its_own_words(browse: Callable[[str], Browser]) -> None:
    assert set(json_of(browse("zoom").redeem("unknown"))) == {"reason", "error"}


def approval(browse: Callable[[str], Browser], **changes: Any) -> TestResponse:
    microsoft = browse("microsoft")
    query = {
        "client_id": "sandbox-microsoft",
        "redirect_uri": microsoft.redirect_uri,
        "scope": "https://graph.microsoft.com/Mail.Send",
        **changes,
    }
    return microsoft.http.get("/oauth/microsoft/adminconsent", query_string=query)


def test_an_administrator_can_approve_or_not(browse: Callable[[str], Browser]) -> None:
    page = approval(browse)
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page.text)
    assert "this is not the real Microsoft" in page.text
    links = ["".join(link.itertext()) for link in tree.iter("a")]
    targets = [dict(parse_qsl(urlsplit(link.attrib["href"]).query)) for link in tree.iter("a")]
    assert links == ["Approve", "Cancel"]
    assert targets == [
        {"admin_consent": "True", "tenant": "sandbox"},
        {"error": "access_denied", "error_subcode": "cancel"},
    ]


def test_an_approval_brings_its_state_back(browse: Callable[[str], Browser]) -> None:
    text = approval(browse, state="a&b").text
    assert text.count("state=a%26b") == 2


def test_an_approval_is_for_known_clients_and_addresses(browse: Callable[[str], Browser]) -> None:
    assert refused_on_a_page(approval(browse, client_id="other"))


def test_an_approval_leads_back_to_registered_addresses_only(
    browse: Callable[[str], Browser],
) -> None:
    for address in ("", "https://evil.example/oauth/microsoft/callback"):
        assert refused_on_a_page(approval(browse, redirect_uri=address))


def test_every_ending_has_a_name_of_its_own_and_says_what_it_shows() -> None:
    names = [ending.name for ending in ENDINGS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)
    assert all(ending.shows.endswith(".") for ending in ENDINGS)


def test_every_number_of_microsofts_list_can_be_tried() -> None:
    numbers = {ending.number for ending in ENDINGS}
    assert numbers >= {65001, 65004, 90095, 53003, 50020, 70008, 7000215, 50011}


def test_all_of_microsofts_administrator_numbers_can_be_tried() -> None:
    assert {ending.number for ending in ENDINGS} >= {65001, 90094, 90095, 54005}
