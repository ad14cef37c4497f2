"""What an app can do with a grant, by what was asked for and granted instead of by its provider."""

from collections.abc import Iterable, Mapping
from typing import Any

from latchkey.providers.model import Provider

_MAIL = ("mail", "sending")
# What a scope allows, by its name without address and in small letters. Sources: Google, OAuth 2.0
# scopes for Google APIs; Microsoft Graph permissions reference; Nylas, EWS scopes; Yahoo Mail.
_ALLOWED: Mapping[str, tuple[str, ...]] = {
    "mail.google.com": _MAIL,
    "gmail.modify": _MAIL,
    "gmail.readonly": ("mail",),
    "gmail.metadata": ("mail",),
    "gmail.compose": ("sending",),
    "gmail.send": ("sending",),
    "calendar": ("calendar",),
    "calendar.events": ("calendar",),
    "calendar.readonly": ("calendar-read",),
    "calendar.events.readonly": ("calendar-read",),
    "contacts": ("contacts",),
    "contacts.readonly": ("contacts-read",),
    "contacts.other.readonly": ("contacts-read",),
    "directory.readonly": ("contacts-read",),
    "mail.read": ("mail",),
    "mail.readbasic": ("mail",),
    "mail.readwrite": ("mail",),
    "mail.send": ("sending",),
    "calendars.read": ("calendar-read",),
    "calendars.readbasic": ("calendar-read",),
    "calendars.readwrite": ("calendar",),
    "contacts.read": ("contacts-read",),
    "people.read": ("contacts-read",),
    "contacts.readwrite": ("contacts",),
    "onlinemeetings.readwrite": ("meetings",),
    "mail-r": ("mail",),
    "mail-w": _MAIL,
    "ews.messages": _MAIL,
    "ews.calendar": ("calendar",),
    "ews.calendars": ("calendar",),
    "ews.contacts": ("contacts",),
}
_ORDER = (
    "mail", "sending", "calendar", "calendar-read", "contacts", "contacts-read", "meetings",
)  # fmt: skip
# "Change" includes reading, so reading is not listed beside it.
_INCLUDED = {"calendar-read": "calendar", "contacts-read": "contacts"}


def capabilities_of(
    provider: Provider, *, asked: Iterable[str] = (), settings: Mapping[str, Any] | None = None
) -> tuple[str, ...]:
    """Return what works with a grant, in the order of the page; () when nothing is known of it.

    :param asked: scopes that were asked for and granted; none where the provider has none.
    :param settings: what Nylas got: without a server for sending, only reading works.
    """
    scopes = [_short(scope) for scope in asked]
    if not scopes:
        able = set(provider.capabilities)
    else:
        able = {ability for scope in scopes for ability in _ALLOWED.get(scope, ())}
    if settings and "imap_host" in settings and "smtp_host" not in settings:
        able.discard("sending")
    return tuple(
        ability for ability in _ORDER if ability in able and _INCLUDED.get(ability) not in able
    )


def _short(scope: str) -> str:
    return scope.lower().rstrip("/").rpartition("/")[2].removesuffix(".shared")
