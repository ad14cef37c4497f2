"""Nylas's SDK for Node.js, as it comes: it takes the page for Nylas."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.hosted import APPLICATION, EMAIL, Hosted, walk
from tests.servers import find_node_package

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent.parent / "independent"
STATE = "ü ✓ 日本&state=1;+%20/?#\"'<b>"

Call = Callable[..., Any]


@pytest.fixture
def call(hosted: Hosted) -> Call:
    """Calls a method of the SDK; gives its result or its error."""
    node, _ = find_node_package(HERE, "nylas")

    def run(method: str, argument: object, *, key: str = "sandbox") -> Any:
        command = [node, "nylas.mjs", hosted.url, key, method, json.dumps(argument)]
        done = subprocess.run(command, cwd=HERE, capture_output=True, timeout=60, check=True)
        return json.loads(done.stdout)

    return run


@pytest.fixture
def app(hosted: Hosted) -> dict[str, Any]:
    """What the app says of itself with every call."""
    return {"clientId": APPLICATION, "redirectUri": hosted.callback}


def test_a_code_becomes_tokens(call: Call, person: Page, app: dict[str, Any]) -> None:
    url = call("urlForOAuth2", {**app, "accessType": "offline", "state": STATE})["result"]
    answer = walk(person, url)
    assert answer["state"] == STATE
    given = {**app, "code": answer["code"]}
    tokens = call("exchangeCodeForToken", given)["result"]
    assert (tokens["email"], tokens["provider"], tokens["expiresIn"]) == (EMAIL, "imap", 3600)
    assert tokens["grantId"]
    assert tokens["idToken"]
    assert tokens["accessToken"]
    assert "refreshToken" not in tokens, "Nylas gives none to Custom authentication"
    for ask, token in (("idTokenInfo", "idToken"), ("accessTokenInfo", "accessToken")):
        told = call(ask, tokens[token])["result"]["data"]
        assert (told["sub"], told["email"]) == (tokens["grantId"], EMAIL)


def test_a_code_becomes_tokens_with_pkce(call: Call, person: Page, app: dict[str, Any]) -> None:
    asked = call("urlForOAuth2PKCE", {**app, "state": STATE})["result"]
    given = {**app, "code": walk(person, asked["url"])["code"]}
    refused = call("exchangeCodeForToken", {**given, "codeVerifier": "another"})["error"]
    assert (refused["type"], refused["error"]) == ("NylasOAuthError", "invalid_grant")
    given["codeVerifier"] = asked["secret"]
    assert call("exchangeCodeForToken", given)["result"]["email"] == EMAIL


def test_a_code_is_good_once(call: Call, person: Page, app: dict[str, Any]) -> None:
    given = {**app, "code": walk(person, call("urlForOAuth2", app)["result"])["code"]}
    assert call("exchangeCodeForToken", given, key="another")["error"]["error"] == "invalid_client"
    assert call("exchangeCodeForToken", given)["result"]["grantId"]
    error = call("exchangeCodeForToken", given)["error"]
    assert (error["type"], error["statusCode"]) == ("NylasOAuthError", 400)
    assert (error["error"], error["errorCode"]) == ("invalid_grant", 400)
    assert error["errorDescription"] == "The code is wrong, too old, or was used before"
    assert error["errorUri"].startswith("https://developer.nylas.com/")
    assert re.fullmatch("[0-9a-f]{16}", error["requestId"]), "the one of the log"
