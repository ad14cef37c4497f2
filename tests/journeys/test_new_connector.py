"""A new connector is one entry of the registry: nothing else has to know its key."""

from dataclasses import replace
from typing import Any

import pytest

from app import create_app
from latchkey.providers import PROVIDERS, Field, Provider
from latchkey.providers.detection import provider_of
from latchkey.providers.mailhosts import MailHosts
from latchkey.providers.model import Typed
from latchkey.providers.settings_shape import settings_shape
from latchkey.sandbox import SHAPES
from tests.conftest import make_settings
from tests.pages import Page, Visitor

EMAIL = "someone@unknown.example.com"


def example_settings(email: str, typed: Typed) -> dict[str, Any]:
    settings: dict[str, Any] = {"example_login": email, "example_password": typed["password"]}
    if host := typed.get("example_host"):
        settings["example_host"] = host
    return settings


EXAMPLE = Provider(
    key="example",
    name="Example Mail",
    icon="letter-e",
    capabilities=("mail", "calendar"),
    settings=example_settings,
    fields=(
        Field(name="password", label="Password", kind="password", required=True),
        Field(name="example_host", label="Server", kind="host", advanced=True),
    ),
    server_field="example_host",
)


@pytest.fixture
def visitor(monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setitem(PROVIDERS, EXAMPLE.key, EXAMPLE)
    return Visitor.inside(create_app(make_settings()))


def form_of(visitor: Visitor) -> Page:
    chooser = visitor.enter(EMAIL)
    return visitor.get(chooser.leading("/connect/example"))


def test_a_new_connector_is_offered_asked_for_and_connected(visitor: Visitor) -> None:
    form = form_of(visitor)
    assert form.url.path == "/connect/example"
    assert {"password", "example_host"} <= form.fields().keys()
    page = visitor.submit(form, password="secret")
    assert (page.url.path, page.heading) == ("/connected", "Your mailbox is connected")
    assert page.by_id("grant-id")
    assert EMAIL in page.text


def test_a_new_connector_has_the_outcomes_of_the_test_addresses(visitor: Visitor) -> None:
    page = visitor.submit(form_of(visitor), password="wrong")
    assert page.url.path == "/connect/example"
    assert page.error_at("password")
    assert not page.fields()["password"]


def test_an_app_may_ask_for_a_new_connector(visitor: Visitor) -> None:
    callback = "http://localhost:5000/callback"
    query = f"client_id=sandbox-application&redirect_uri={callback}&response_type=code"
    page = visitor.get(f"/v3/connect/auth?{query}&provider=example&login_hint={EMAIL}")
    assert page.url.path == "/connect/example"


def test_the_servers_that_an_entry_claims_lead_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    host = MailHosts.load().find("fastmail.com")
    assert host
    assert provider_of(host, offered=()) == "imap"
    monkeypatch.setitem(PROVIDERS, EXAMPLE.key, replace(EXAMPLE, imap_host=host.imap.host))
    assert provider_of(host, offered=()) == EXAMPLE.key


@pytest.mark.parametrize("key", [key for key, provider in PROVIDERS.items() if not provider.oauth])
def test_what_is_read_off_an_entry_is_what_the_reference_of_nylas_has(key: str) -> None:
    """The sandbox knows these from Nylas's reference, and reads only new ones off their entry."""
    shape, known = settings_shape(PROVIDERS[key]), SHAPES[key]
    assert shape.required == known.required
    assert shape.optional.items() <= known.optional.items()
    assert (shape.secret, shape.takes_scope) == (known.secret, known.takes_scope)
    assert shape.account == known.account
