"""A company's app and the person in front of it, at the sandbox's sign-in pages."""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

KEYS = ["google", "microsoft", "yahoo", "zoom"]
VERIFIER = "v" * 43
GOOGLE = "https://www.googleapis.com/auth/"
SCOPES = {
    "google": f"openid {GOOGLE}userinfo.email {GOOGLE}gmail.modify {GOOGLE}calendar",
    "microsoft": "openid profile email offline_access User.Read Mail.Send",
    "yahoo": "openid email mail-w",
    "zoom": "",
}
ACCOUNT = "someone+tag@example.com"


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True)
class Browser:
    """A company's app and the person in front of it, both honest unless told otherwise."""

    http: FlaskClient
    key: str
    clock: Any

    @property
    def redirect_uri(self) -> str:
        return f"http://localhost:8000/oauth/{self.key}/callback"

    def query(self, **changes: Any) -> dict[str, Any]:
        query = {
            "response_type": "code",
            "client_id": f"sandbox-{self.key}",
            "redirect_uri": self.redirect_uri,
            "scope": SCOPES[self.key],
            "state": "st/ate +ü",
            "login_hint": ACCOUNT,
            "access_type": "offline",
            "nonce": "n-1",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in query.items() if value is not None}

    def ask(self, **changes: Any) -> TestResponse:
        return self.http.get(f"/oauth/{self.key}/authorize", query_string=self.query(**changes))

    def decide(self, page: TestResponse, **changes: Any) -> TestResponse:
        found = re.search(r'name="transaction" value="([^"]+)"', page.text)
        assert found, page.text
        tree = html5lib.parse(page.text, namespaceHTMLElements=False)
        scopes = [
            box.get("value")
            for box in tree.iter("input")
            if box.get("name") == "scope" and box.get("disabled") is None
        ]
        data = {"transaction": found[1], "account": ACCOUNT, "scope": scopes, "decision": "allow"}
        return self.http.post(f"/oauth/{self.key}/authorize", data=data | changes)

    def code(self, *, query: dict[str, Any] | None = None, **choices: Any) -> str:
        return back(self.decide(self.ask(**(query or {})), **choices))["code"]

    def redeem(self, code: str | None, *, basic: Any = None, **changes: Any) -> TestResponse:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
            "client_id": f"sandbox-{self.key}",
            "client_secret": f"sandbox-secret-{self.key}",
            **changes,
        }
        if basic is None and self.key == "zoom":
            basic = (f"sandbox-{self.key}", f"sandbox-secret-{self.key}")
        if basic:
            form.pop("client_secret") if "client_secret" not in changes else None
        form = {name: value for name, value in form.items() if value is not None}
        return self.http.post(f"/oauth/{self.key}/token", data=form, auth=basic or None)

    def tokens(self, **options: Any) -> dict[str, Any]:
        answer = self.redeem(self.code(**options))
        assert answer.status_code == 200, answer.text
        return json_of(answer)

    def userinfo(self, token: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {token}"}
        return self.http.get(f"/oauth/{self.key}/userinfo", headers=headers)


def back(answer: TestResponse) -> dict[str, str]:
    """What a redirect brings; it must lead to the client's address."""
    assert answer.status_code in (302, 303), answer.text
    address, _, query = answer.headers["Location"].partition("?")
    assert address.startswith("http://localhost:8000/oauth/")
    assert all(len(values) == 1 for values in parse_qs(query).values())
    return dict(parse_qsl(query))


def json_of(answer: TestResponse) -> dict[str, Any]:
    assert isinstance(answer.json, dict)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json


def refused_on_a_page(answer: TestResponse) -> bool:
    return answer.status_code == 400 and "Location" not in answer.headers
