"""The connectors a sandbox application can have, and what the application says about itself."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GOOGLE_SCOPES = "https://www.googleapis.com/auth/"


@dataclass(frozen=True, kw_only=True)
class Connector:
    """One connector of the application.

    Source: Nylas API reference, schema Connector; client libraries show that
    ``settings.client_id`` comes back and secrets do not.
    """

    provider: str
    scope: tuple[str, ...] = ()
    client_id: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the Connector object; without credentials it has no settings."""
        shown: dict[str, object] = {
            "name": f"Sandbox {self.provider}",
            "provider": self.provider,
            "scope": list(self.scope),
        }
        if self.client_id is not None:
            shown["settings"] = {"client_id": self.client_id}
        return shown


CONNECTORS: Mapping[str, Connector] = {
    connector.provider: connector
    for connector in (
        Connector(
            provider="google",
            client_id="sandbox-google",
            scope=("openid", GOOGLE_SCOPES + "userinfo.email", GOOGLE_SCOPES + "gmail.modify"),
        ),
        Connector(
            provider="microsoft",
            client_id="sandbox-microsoft",
            scope=("offline_access", "User.Read", "Mail.ReadWrite"),
        ),
        Connector(provider="yahoo", client_id="sandbox-yahoo", scope=("email", "mail-w")),
        Connector(provider="zoom", client_id="sandbox-zoom"),
        Connector(provider="imap"),
        Connector(provider="icloud"),
        Connector(provider="ews", scope=("ews.messages", "ews.calendars", "ews.contacts")),
    )
}
"""Every connector the sandbox knows, by provider."""

APPLICATION_ID = "sandbox-application"
"""The application's id, which is its ``client_id`` as well."""

CALLBACK_URIS = ("http://localhost:5000/callback",)
"""Where people may be sent back to, unless chosen otherwise: the app in ``docs/examples/``."""


def describe_application(callback_uris: Iterable[str]) -> dict[str, object]:
    """Return the answer of GET /v3/applications.

    Source: Nylas API reference, schema ApplicationObject: callbacks have UUIDs. Here each address
    has one of its own that stays the same.
    """
    return {
        "application_id": APPLICATION_ID,
        "region": "us",
        "environment": "staging",
        "branding": {"name": "Sandbox application"},
        "hosted_authentication": {},
        "callback_uris": [
            {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, url)), "platform": "web", "url": url}
            for url in callback_uris
        ],
    }
