from typing import Any

import pytest

from latchkey.providers import PROVIDERS, Provider
from latchkey.providers.password_entries import USUAL_PORTS

EMAIL = "someone@example.com"
OAUTH = ("google", "microsoft", "yahoo", "zoom")

# Nylas API reference, POST /v3/connect/custom: keys of "settings", and which of them must be there.
SHEET: dict[str, dict[str, type]] = {
    **{key: {"refresh_token": str} for key in OAUTH},
    "imap": {
        "imap_username": str,
        "imap_password": str,
        "imap_host": str,
        "imap_port": int,
        "smtp_host": str,
        "smtp_port": int,
        "smtp_username": str,
        "smtp_password": str,
    },
    "icloud": {"username": str, "password": str},
    "ews": {
        "email": str,
        "ews_username": str,
        "ews_password": str,
        "ews_host": str,
        "ews_port": int,
    },
}
NEEDED = {
    **{key: {"refresh_token"} for key in OAUTH},
    "imap": {"imap_username", "imap_password"},
    "icloud": {"username", "password"},
    "ews": {"email", "ews_username", "ews_password"},
}
WORKS = {"mail", "sending", "calendar", "contacts", "meetings"}

every_provider = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)


def typed(provider: Provider, *, everything: bool) -> dict[str, Any]:
    """What the form of ``provider`` gives, each value telling which field it is from."""
    if provider.oauth:
        return {"refresh_token": "refresh_token"}
    return {
        field.name: 143 if field.kind == "port" else field.name
        for field in provider.fields
        if everything or field.required
    }


def test_every_provider_is_in_the_sheet() -> None:
    assert set(PROVIDERS) == set(SHEET)


@every_provider
def test_everything_typed_becomes_exactly_the_settings_of_nylas(provider: Provider) -> None:
    settings = provider.settings(EMAIL, typed(provider, everything=True))
    assert {key: type(value) for key, value in settings.items()} == SHEET[provider.key]


@every_provider
def test_the_least_that_is_typed_is_enough(provider: Provider) -> None:
    settings = provider.settings(EMAIL, typed(provider, everything=False))
    assert set(settings) == NEEDED[provider.key]
    assert all(settings.values())


@every_provider
def test_a_provider_is_found_by_its_own_key(provider: Provider) -> None:
    assert PROVIDERS[provider.key] is provider
    assert provider.key.isalnum()


@every_provider
def test_a_provider_says_what_works(provider: Provider) -> None:
    assert provider.capabilities
    assert set(provider.capabilities) <= WORKS


@every_provider
def test_the_fields_of_a_provider_are_well_formed(provider: Provider) -> None:
    names = [field.name for field in provider.fields]
    assert len(names) == len(set(names))
    assert provider.server_field in ("", *names)
    for field in provider.fields:
        assert field.label
        assert not (field.required and field.advanced), "what is required stands in sight"
        assert (field.kind == "port") == (field.name in USUAL_PORTS)
        assert field.name.endswith("_port") == (field.kind == "port")
        assert field.name.endswith("_host") == (field.kind == "host")
        assert field.name.endswith("password") == (field.kind == "password")


@every_provider
def test_a_provider_either_takes_a_password_or_has_its_own_page(provider: Provider) -> None:
    named = [field.name for field in provider.fields]
    assert (provider.oauth is None) == ("password" in named)
    assert provider.page == ("oauth.show" if provider.oauth else "credentials.show")


def test_the_one_for_everybody_else_stands_last() -> None:
    assert list(PROVIDERS)[-1] == "imap"


def test_scopes_go_only_where_nylas_has_them() -> None:
    assert {key for key, provider in PROVIDERS.items() if provider.scope} == {"ews"}
    assert PROVIDERS["ews"].scope == ("ews.messages", "ews.calendars", "ews.contacts")
