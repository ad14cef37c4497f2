"""Nylas's SDK for Python, as it comes: it takes the page for Nylas."""

import re
from typing import Any

import pytest
from nylas import Client
from nylas.models.errors import NylasOAuthError
from playwright.sync_api import Page, expect

from latchkey.sandbox.access import ACCESS_PREFIX, REFRESH_PREFIX
from tests.browser.hosted import APPLICATION, BACK, EMAIL, Hosted, heard, walk
from tests.browser.states import send

pytestmark = pytest.mark.browser

STATE = "ü ✓ 日本&state=1;+%20/?#\"'<b>"
# The address of the app has a query of its own.
OWN = {"tenant": "7"}


@pytest.fixture
def sdk(hosted: Hosted, monkeypatch: pytest.MonkeyPatch) -> Any:
    # The SDK would ask this machine's proxy for its own servers.
    monkeypatch.setenv("NO_PROXY", "*")
    return Client("sandbox", api_uri=hosted.url)


@pytest.fixture
def app(hosted: Hosted) -> dict[str, Any]:
    """What the app says of itself with every call."""
    return {"client_id": APPLICATION, "redirect_uri": hosted.callback}


@pytest.fixture
def tokens(sdk: Any, person: Page, app: dict[str, Any]) -> Any:
    """What the app has when somebody connected a mailbox."""
    code = walk(person, sdk.auth.url_for_oauth2({**app}))["code"]
    return sdk.auth.exchange_code_for_token({**app, "code": code})


def test_a_code_becomes_tokens(sdk: Any, person: Page, app: dict[str, Any]) -> None:
    url = sdk.auth.url_for_oauth2({**app, "access_type": "offline", "state": STATE})
    answer = walk(person, url)
    code = answer.pop("code")
    assert answer == {**OWN, "state": STATE}
    tokens = sdk.auth.exchange_code_for_token({**app, "code": code})
    assert tokens.access_token.startswith(ACCESS_PREFIX)
    assert tokens.grant_id
    assert (tokens.email, tokens.provider) == (EMAIL, "imap")
    assert (tokens.token_type, tokens.expires_in, tokens.scope) == ("Bearer", 3600, "")
    assert tokens.id_token
    assert tokens.refresh_token is None, "Nylas gives none to Custom authentication"


def test_a_code_becomes_tokens_with_pkce(sdk: Any, person: Page, app: dict[str, Any]) -> None:
    asked = sdk.auth.url_for_oauth2_pkce({**app, "state": STATE})
    code = walk(person, asked.url)["code"]
    mine = {**app, "code": code, "code_verifier": asked.secret}
    for verifier in ("another", asked.secret_hash):
        with pytest.raises(NylasOAuthError) as refused:
            sdk.auth.exchange_code_for_token({**mine, "code_verifier": verifier})
        assert refused.value.error == "invalid_grant"
        assert "code_verifier" in refused.value.error_description
    assert sdk.auth.exchange_code_for_token({**mine}).email == EMAIL


def test_a_code_is_good_once(sdk: Any, person: Page, app: dict[str, Any]) -> None:
    code = walk(person, sdk.auth.url_for_oauth2({**app}))["code"]
    assert sdk.auth.exchange_code_for_token({**app, "code": code}).grant_id
    with pytest.raises(NylasOAuthError) as refused:
        sdk.auth.exchange_code_for_token({**app, "code": code})
    error = refused.value
    assert (error.error, error.error_code, error.status_code) == ("invalid_grant", 400, 400)
    assert error.error_description == "The code is wrong, too old, or was used before"
    assert error.error_uri.startswith("https://developer.nylas.com/")
    assert error.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("key", "more", "error", "status"),
    [
        ("another key", {}, "invalid_client", 401),
        ("sandbox", {"client_id": "another"}, "invalid_client", 401),
        ("sandbox", {"redirect_uri": "https://example.com/"}, "invalid_grant", 400),
        ("sandbox", {"code": ""}, "invalid_request", 400),
    ],
)
def test_what_is_wrong_with_an_exchange_is_told(
    hosted: Hosted,
    sdk: Any,
    person: Page,
    app: dict[str, Any],
    key: str,
    more: dict[str, str],
    error: str,
    status: int,
) -> None:
    code = walk(person, sdk.auth.url_for_oauth2({**app}))["code"]
    with pytest.raises(NylasOAuthError) as refused:
        Client(key, api_uri=hosted.url).auth.exchange_code_for_token(
            {**app, "code": code, **more}
        )  # fmt: skip
    assert (refused.value.error, refused.value.status_code) == (error, status)
    assert sdk.auth.exchange_code_for_token({**app, "code": code}).email == EMAIL


def test_a_refresh_token_that_nylas_gave_is_taken_there(
    sdk: Any, tokens: Any, app: dict[str, Any]
) -> None:
    refreshed = sdk.auth.refresh_access_token(
        {**app, "refresh_token": f"{REFRESH_PREFIX}{tokens.grant_id}"}
    )
    assert refreshed.grant_id == tokens.grant_id
    assert refreshed.access_token not in ("", tokens.access_token)
    with pytest.raises(NylasOAuthError) as refused:
        sdk.auth.refresh_access_token({**app, "refresh_token": "made up"})
    assert refused.value.error == "invalid_grant"


def test_tokens_tell_whose_they_are(hosted: Hosted, sdk: Any, tokens: Any) -> None:
    told = sdk.auth.id_token_info(tokens.id_token).data
    assert (told.iss, told.aud, told.sub, told.email) == (
        hosted.url, APPLICATION, tokens.grant_id, EMAIL,
    )  # fmt: skip
    assert told.exp - told.iat == 3600
    told = sdk.auth.validate_access_token(tokens.access_token).data
    assert (told.aud, told.sub, told.email) == (APPLICATION, tokens.grant_id, EMAIL)


@pytest.mark.parametrize("ask", ["id_token_info", "validate_access_token"])
def test_a_token_of_nobody_is_refused(sdk: Any, ask: str) -> None:
    with pytest.raises(NylasOAuthError) as refused:
        getattr(sdk.auth, ask)("made up")
    assert refused.value.error == "invalid_token"


def test_every_option_of_the_sdk_is_understood(sdk: Any, person: Page, app: dict[str, Any]) -> None:
    options = {
        "provider": "imap",
        "access_type": "online",
        "prompt": "select_provider,detect",
        "scope": ["mail.read", "calendar"],
        "include_grant_scopes": True,
        "login_hint": EMAIL,
        "credential_id": "d1c1ae94-6bdb-4f8b-a1d4-9a23b5a6f7c0",
        "smtp_required": True,
        "state": STATE,
    }
    person.goto(sdk.auth.url_for_oauth2({**app, **options}))
    expect(person).to_have_title("Sign in to example.com – Latchkey")
    expect(person.get_by_text(EMAIL, exact=True)).to_be_visible()
    send(person)
    expect(person.get_by_label("Outgoing mail server")).to_have_attribute("aria-invalid", "true")
    person.get_by_label("Outgoing mail server").fill("smtp.example.com")
    send(person)
    person.get_by_role("link", name="Continue to Latchkey").click()
    assert heard(person).keys() == {*OWN, "code", "state"}


def test_the_provider_that_the_app_names_comes_first(
    sdk: Any, person: Page, app: dict[str, Any]
) -> None:
    scope = ["openid", "https://www.googleapis.com/auth/gmail.modify"]
    person.goto(sdk.auth.url_for_oauth2({**app, "provider": "google", "scope": scope}))
    person.get_by_role("link", name="Sign in with Google").click()
    person.get_by_label("Account").fill("someone@gmail.com")
    person.get_by_role("button", name="Allow").click()
    person.get_by_role("link", name="Continue to Latchkey").click()
    tokens = sdk.auth.exchange_code_for_token({**app, "code": heard(person)["code"]})
    assert (tokens.provider, tokens.email) == ("google", "someone@gmail.com")


def test_whoever_cancels_comes_back(sdk: Any, person: Page, app: dict[str, Any]) -> None:
    person.goto(sdk.auth.url_for_oauth2({**app, "state": STATE}))
    person.get_by_role("link", name=BACK).click()
    assert heard(person) == {
        **OWN,
        "error": "access_denied",
        "error_description": "The person cancelled the sign-in",
        "error_code": "403",
        "state": STATE,
    }


def test_whoever_does_not_get_in_comes_back(sdk: Any, person: Page, app: dict[str, Any]) -> None:
    person.goto(sdk.auth.url_for_oauth2({**app, "login_hint": EMAIL, "provider": "imap"}))
    send(person, "wrong")
    expect(person).to_have_title(re.compile("^Error: "))
    person.get_by_role("link", name=BACK).click()
    answer = heard(person)
    assert answer["error"] == "access_denied"
    assert answer["error_code"] == "25022", "Nylas's own number for it"


def test_an_approval_for_a_whole_company_is_not_offered(
    sdk: Any, person: Page, app: dict[str, Any]
) -> None:
    config = {**app, "credential_id": "d1c1ae94-6bdb-4f8b-a1d4-9a23b5a6f7c0"}
    person.goto(sdk.auth.url_for_admin_consent(config))
    answer = heard(person)
    assert answer["error"] == "unsupported_response_type"
    assert answer["error_code"] == "400"
