"""Our OAuth client against an OpenID provider that nobody here wrote."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import html5lib
import httpx
import pytest
from flask import Flask, request

from app import create_app
from bench.ports import free_port
from tests.conftest import KEY, make_settings
from tests.pages import Page, Visitor
from tests.servers import find_node_package, serve, wait_for

pytestmark = pytest.mark.node

HERE = Path(__file__).parent.parent / "independent"
PERSON = "someone@example.com"


class Nylas:
    """Takes any refresh token and keeps it, to be looked at."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.app = Flask(__name__)
        self.app.post("/v3/providers/detect")(self.detect)
        self.app.get("/v3/connectors")(self.connectors)
        self.app.post("/v3/connect/custom")(self.connect)

    def detect(self) -> dict[str, Any]:
        return {"data": {"email_address": PERSON, "detected": True, "provider": "google"}}

    def connectors(self) -> dict[str, Any]:
        return {"data": [{"name": "g", "provider": "google"}]}

    def connect(self) -> tuple[dict[str, Any], int]:
        self.bodies.append(request.get_json())
        return {"data": {"id": "grant-1", "provider": "google", "email": PERSON}}, 201


@pytest.fixture
def nylas() -> Nylas:
    return Nylas()


@pytest.fixture
def journey(nylas: Nylas) -> Iterator[tuple[str, str]]:
    """Addresses of our page and of the provider."""
    node, _ = find_node_package(HERE, "oidc-provider")
    provider_port, our_port = free_port(), free_port()
    provider, ours = f"http://127.0.0.1:{provider_port}", f"http://127.0.0.1:{our_port}"
    callback = f"{ours}/oauth/google/callback"
    command = [node, "provider.mjs", str(provider_port), callback]
    process = subprocess.Popen(command, cwd=HERE, stderr=subprocess.DEVNULL)
    try:
        wait_for(provider_port, process)
        with serve(nylas.app) as nylas_url:
            settings = make_settings(
                NYLAS_API_KEY=KEY,
                NYLAS_API_URI=nylas_url,
                PUBLIC_URL=ours,
                GOOGLE_CLIENT_ID="latchkey",
                GOOGLE_CLIENT_SECRET="a-secret-of-the-tests",
                GOOGLE_SCOPES="openid email offline_access",
                GOOGLE_AUTHORIZE_URL=f"{provider}/auth",
                GOOGLE_TOKEN_URL=f"{provider}/token",
                GOOGLE_USERINFO_URL=f"{provider}/me",
                GOOGLE_REVOKE_URL=f"{provider}/token/revocation",
            )
            with serve(create_app(settings), port=our_port):
                yield ours, provider
    finally:
        process.terminate()
        process.wait(10)


def follow(client: httpx.Client, answer: httpx.Response, stop: Callable[[str], bool]) -> Any:
    """Follow redirects across sites, until one leads where ``stop`` says."""
    while answer.is_redirect:
        target = str(answer.url.join(answer.headers["location"]))
        if stop(target):
            return target
        answer = client.get(target)
    return answer


def send_form(client: httpx.Client, page: httpx.Response, **typed: str) -> httpx.Response:
    """Send the first form of a page that is not ours."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    form = tree.find(".//form")
    assert form is not None, page.text
    fields = {box.get("name"): box.get("value", "") for box in form.iter("input")}
    given = {name: value for name, value in fields.items() if name} | typed
    return client.post(page.url.join(form.get("action", "")), data=given)


def sign_in_at_provider(visitor: Visitor, page: Page, ours: str, account: str) -> str:
    """Go there, sign in, allow; gives the address that leads back."""
    client = visitor.client
    back = f"{ours}/oauth/google/callback"
    link = page.links["Sign in with Google"]
    login = follow(client, client.get(link), lambda url: url.startswith(back))
    consent = follow(
        client, send_form(client, login, login=account, password="any"), lambda _: False
    )
    target = follow(client, send_form(client, consent), lambda url: url.startswith(back))
    assert isinstance(target, str), target.text
    return target


def test_the_refresh_token_reaches_nylas_unused(journey: tuple[str, str], nylas: Nylas) -> None:
    ours, provider = journey
    visitor = Visitor.at(ours)
    target = sign_in_at_provider(visitor, visitor.enter(PERSON), ours, PERSON)
    page = visitor.get(target)
    assert page.heading == "Your mailbox is connected"
    assert "code=" not in str(page.url), "the code leaves the address at once"
    (body,) = nylas.bodies
    assert body["provider"] == "google"
    refresh = {
        "grant_type": "refresh_token",
        "refresh_token": body["settings"]["refresh_token"],
        "client_id": "latchkey",
        "client_secret": "a-secret-of-the-tests",
    }
    # It rotates on use, so its first use proves that nobody used it before.
    assert httpx.post(f"{provider}/token", data=refresh, trust_env=False).status_code == 200


def test_a_repeated_callback_connects_nothing_more(journey: tuple[str, str], nylas: Nylas) -> None:
    ours, _ = journey
    visitor = Visitor.at(ours)
    target = sign_in_at_provider(visitor, visitor.enter(PERSON), ours, PERSON)
    visitor.get(target)
    assert visitor.get(target).heading == "Your mailbox is connected"
    assert len(nylas.bodies) == 1


def test_a_callback_in_another_browser_connects_nothing(
    journey: tuple[str, str], nylas: Nylas
) -> None:
    ours, _ = journey
    visitor = Visitor.at(ours)
    target = sign_in_at_provider(visitor, visitor.enter(PERSON), ours, PERSON)
    page = Visitor.at(ours).get(target)
    assert page.status == 400
    assert page.heading == "This sign-in is over"
    assert not nylas.bodies


def test_another_account_is_named_and_nothing_is_connected(
    journey: tuple[str, str], nylas: Nylas
) -> None:
    ours, _ = journey
    visitor = Visitor.at(ours)
    target = sign_in_at_provider(visitor, visitor.enter(PERSON), ours, "other@example.com")
    page = visitor.get(target)
    assert page.heading == "That was another account"
    assert PERSON in page.text
    assert "other@example.com" in page.text
    assert not nylas.bodies


def test_a_code_that_was_swapped_for_another_is_refused_by_pkce(
    journey: tuple[str, str], nylas: Nylas
) -> None:
    ours, _ = journey
    attacker, victim = Visitor.at(ours), Visitor.at(ours)
    stolen = sign_in_at_provider(attacker, attacker.enter(PERSON), ours, PERSON)
    theirs = sign_in_at_provider(victim, victim.enter(PERSON), ours, PERSON)
    code = httpx.URL(stolen).params["code"]
    page = victim.get(str(httpx.URL(theirs).copy_merge_params({"code": code})))
    assert page.heading == "The sign-in took too long"
    assert not nylas.bodies
