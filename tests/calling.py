"""An app that sends people to the page, as it would to Nylas's Hosted auth, and gets them back."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import jwt
from flask import Flask

from config import SANDBOX_API_KEY
from latchkey.sandbox.catalogue import APPLICATION_ID, CALLBACK_URIS
from tests.pages import Page, Visitor

CALLBACK = CALLBACK_URIS[0]
HOSTED_AUTH = "/v3/connect/auth"
TOKEN = "/v3/connect/token"
REFUSAL = {"error", "error_description", "error_uri", "error_code"}


class CallingApp:
    """The app and its server.

    :ivar page: the sign-in page that it sends people to.
    """

    def __init__(
        self,
        page: Flask,
        *,
        redirect_uri: str = CALLBACK,
        client_id: str = APPLICATION_ID,
        secret: str = SANDBOX_API_KEY,
    ) -> None:
        self.page = page
        self.redirect_uri = redirect_uri
        self.client_id = client_id
        self.secret = secret
        self.server = Visitor.inside(page).client

    def address(self, path: str = HOSTED_AUTH, **query: Any) -> str:
        """Where the app sends people; None leaves a parameter out."""
        given = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            **query,
        }
        named = {name: value for name, value in given.items() if value is not None}
        return f"{path}?{urlencode(named)}"

    def send(self, visitor: Visitor | None = None, **query: Any) -> tuple[Visitor, Page]:
        """Send somebody, and see what is shown first."""
        visitor = visitor or Visitor.inside(self.page)
        return visitor, visitor.get(self.address(**query))

    def heard(self, answer: httpx.Response) -> dict[str, str]:
        """What the app hears when ``answer`` takes the person to it."""
        assert answer.status_code == 302
        location = answer.headers["location"]
        joint = "&" if "?" in self.redirect_uri else "?"
        assert location.startswith(self.redirect_uri + joint), location
        query = location.removeprefix(self.redirect_uri + joint)
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
        assert len(dict(pairs)) == len(pairs), "a parameter is there twice"
        return dict(pairs)

    def get_back(self, visitor: Visitor, page: Page) -> dict[str, str]:
        """Let the person follow the one link of ``page`` that leads back."""
        return self.heard(visitor.client.get(page.leading("/return?")))

    def receive(self, visitor: Visitor, page: Page, **proof: Any) -> dict[str, Any]:
        """Take the person back from the confirmation; gives all that the app learns."""
        assert page.heading == "Your mailbox is connected"
        answer = self.exchange(self.get_back(visitor, page)["code"], **proof)
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        claims = jwt.decode(told["id_token"], options={"verify_signature": False})
        assert (claims["sub"], claims.get("email")) == (told["grant_id"], told.get("email"))
        return told | claims

    def exchange(self, code: str, **changes: Any) -> httpx.Response:
        """Ask for tokens; None leaves a field out."""
        return self.server.post(TOKEN, json=self.asks(code=code, **changes))

    def asks(self, **changes: Any) -> dict[str, Any]:
        """The fields that the app's server sends for tokens."""
        body = {
            "client_id": self.client_id,
            "client_secret": self.secret,
            "grant_type": "authorization_code",
            "redirect_uri": self.redirect_uri,
            **changes,
        }
        return {name: value for name, value in body.items() if value is not None}


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and error of a refusal in Nylas's shape."""
    content = answer.json()
    assert set(content) == REFUSAL
    assert all(content.values())
    assert content["error_code"] == answer.status_code
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, content["error"]
