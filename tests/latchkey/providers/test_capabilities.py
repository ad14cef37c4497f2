"""What a confirmation lists follows from what was asked for and granted."""

import pytest

from latchkey.providers import PROVIDERS
from latchkey.providers.capabilities import capabilities_of

GOOGLE = "https://www.googleapis.com/auth/"
ALL = ("mail", "sending", "calendar", "contacts")


@pytest.mark.parametrize("key", ["google", "microsoft", "yahoo"])
def test_the_usual_scopes_of_a_provider_are_all_it_can_do(key: str) -> None:
    provider = PROVIDERS[key]
    assert provider.oauth is not None
    assert capabilities_of(provider, asked=provider.oauth.scopes) == provider.capabilities


@pytest.mark.parametrize(
    ("key", "asked", "able"),
    [
        ("google", (f"{GOOGLE}gmail.readonly",), ("mail",)),
        ("google", (f"{GOOGLE}gmail.send",), ("sending",)),
        ("google", ("https://mail.google.com/",), ("mail", "sending")),
        ("google", (f"{GOOGLE}calendar.readonly", f"{GOOGLE}contacts.readonly"),
         ("calendar-read", "contacts-read")),
        ("google", (f"{GOOGLE}calendar", f"{GOOGLE}calendar.readonly"), ("calendar",)),
        ("google", ("openid",), ()),
        ("microsoft", ("Mail.Read", "offline_access"), ("mail",)),
        ("microsoft", ("https://graph.microsoft.com/Mail.ReadWrite", "Mail.Send"),
         ("mail", "sending")),
        ("microsoft", ("Mail.Read.Shared", "Calendars.Read"), ("mail", "calendar-read")),
        ("yahoo", ("mail-r",), ("mail",)),
        ("ews", ("ews.messages",), ("mail", "sending")),
        ("ews", ("ews.calendars",), ("calendar",)),
        ("zoom", (), ("meetings",)),
    ],
)  # fmt: skip
def test_only_what_was_asked_is_listed(
    key: str, asked: tuple[str, ...], able: tuple[str, ...]
) -> None:
    assert capabilities_of(PROVIDERS[key], asked=asked) == able


@pytest.mark.parametrize(
    ("settings", "able"),
    [
        ({}, ("mail", "sending")),
        ({"imap_host": "imap.example.com"}, ("mail",)),
        ({"imap_host": "imap.example.com", "smtp_host": "smtp.example.com"}, ("mail", "sending")),
        ({"smtp_host": "smtp.example.com"}, ("mail", "sending")),
    ],
)
def test_without_a_server_for_sending_only_reading_is_listed(
    settings: dict[str, str], able: tuple[str, ...]
) -> None:
    assert capabilities_of(PROVIDERS["imap"], settings=settings) == able


def test_other_ways_have_no_server_for_sending_to_miss() -> None:
    assert capabilities_of(PROVIDERS["icloud"], settings={"password": "x"}) == ALL
