"""Providers that take a password, and the ``settings`` that Nylas expects for each.

Keys and types: Nylas API reference, ``POST /v3/connect/custom``.
"""

from typing import Any

from latchkey.infra.i18n import N_
from latchkey.providers.mailhosts import ServerKind
from latchkey.providers.model import Field, Provider, Typed

_PASSWORD = Field(name="password", label=N_("Password"), kind="password", required=True)


def _imap(email: str, typed: Typed) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "imap_username": typed.get("username", email),
        "imap_password": typed["password"],
    }
    for kind in ("imap", "smtp"):
        if host := typed.get(f"{kind}_host"):
            settings[f"{kind}_host"] = host
            settings[f"{kind}_port"] = typed[f"{kind}_port"]
    if "smtp_username" in typed or "smtp_password" in typed:
        settings["smtp_username"] = typed.get("smtp_username", settings["imap_username"])
        settings["smtp_password"] = typed.get("smtp_password", settings["imap_password"])
    return settings


def _icloud(email: str, typed: Typed) -> dict[str, Any]:
    return {"username": typed.get("username", email), "password": typed["password"]}


def _ews(email: str, typed: Typed) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "email": email,
        "ews_username": typed.get("username", email),
        "ews_password": typed["password"],
    }
    if host := typed.get("ews_host"):
        settings["ews_host"] = host
        settings["ews_port"] = typed["ews_port"]
    return settings


IMAP = Provider(
    key="imap",
    name=N_("Another mail provider"),
    hint=N_("A company, a school, or any other"),
    icon="mail",
    capabilities=("mail", "sending"),
    settings=_imap,
    server_field="imap_host",
    uses_mail_servers=True,
    ascii_password=True,
    fields=(
        _PASSWORD,
        Field(
            name="username",
            label=N_("Login name"),
            kind="login",
            advanced=True,
            hint=N_("Only if it differs from your e-mail address."),
        ),
        Field(
            name="imap_host",
            label=N_("Incoming mail server (IMAP)"),
            kind="host",
            advanced=True,
            hint=N_("Leave it empty and we look it up by your e-mail address."),
        ),
        Field(name="imap_port", label=N_("Incoming port"), kind="port", advanced=True),
        Field(
            name="smtp_host",
            label=N_("Outgoing mail server (SMTP)"),
            kind="host",
            advanced=True,
            hint=N_("Needed for sending if you filled in the incoming server."),
        ),
        Field(name="smtp_port", label=N_("Outgoing port"), kind="port", advanced=True),
        Field(
            name="smtp_username",
            label=N_("Login name for sending"),
            kind="login",
            advanced=True,
            hint=N_("Only if sending uses a different login."),
        ),
        Field(
            name="smtp_password", label=N_("Password for sending"), kind="password", advanced=True
        ),
    ),
)

ICLOUD = Provider(
    key="icloud",
    name="iCloud",
    icon="cloud",
    imap_host="imap.mail.me.com",
    capabilities=("mail", "sending", "calendar", "contacts"),
    settings=_icloud,
    fields=(
        Field(
            name="username",
            label=N_("iCloud address"),
            kind="login",
            hint=N_("The one that ends in icloud.com, me.com or mac.com."),
            own_domain=True,
        ),
        _PASSWORD,
    ),
)

EWS = Provider(
    key="ews",
    name="Microsoft Exchange",
    icon="building",
    capabilities=("mail", "sending", "calendar", "contacts"),
    settings=_ews,
    # Spelling of the request's example; the connector's own list has "ews.calendar".
    scope=("ews.messages", "ews.calendars", "ews.contacts"),
    server_field="ews_host",
    server_kind=ServerKind.EXCHANGE,
    fields=(
        Field(
            name="username",
            label=N_("Login name"),
            kind="login",
            hint=N_("Usually your e-mail address."),
        ),
        _PASSWORD,
        Field(
            name="ews_host",
            label=N_("Exchange server"),
            kind="host",
            advanced=True,
            hint=N_("Leave it empty and we look it up by your e-mail address."),
        ),
        Field(name="ews_port", label=N_("Port"), kind="port", advanced=True),
    ),
)

# Ports that the form is filled in with: TLS from the first byte, https for EWS.
USUAL_PORTS = {"imap_port": "993", "smtp_port": "465", "ews_port": "443"}
