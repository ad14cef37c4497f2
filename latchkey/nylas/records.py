"""What Nylas knows of things, as far as it matters here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Nylas API reference, ApplicationObject: the parts of ``branding`` and ``hosted_authentication``.
LOOK: Mapping[str, tuple[str, ...]] = {
    "branding": ("name", "icon_url", "website_url"),
    "hosted_authentication": (
        "background_image_url", "color_primary", "color_secondary", "background_color", "title",
        "subtitle",
    ),
}  # fmt: skip
_LONGEST_TEXT = 320  # an e-mail address with the longest parts that RFC 5321 allows


@dataclass(frozen=True, kw_only=True)
class Detection:
    """What Nylas knows of an address's domain; ``provider`` is "" when it knows nothing."""

    provider: str = ""


@dataclass(frozen=True, kw_only=True)
class Connector:
    """A provider that the Nylas application can make grants for.

    :ivar client_id: OAuth client that Nylas refreshes tokens with; "" when Nylas does not tell.
    :ivar tenant: of Microsoft, that Nylas refreshes tokens at; "" when Nylas does not tell.
    """

    provider: str
    client_id: str = ""
    tenant: str = ""


@dataclass(frozen=True, kw_only=True)
class Application:
    """The Nylas application that the API key belongs to.

    :ivar callback_uris: where its people may be sent back to, as Nylas has them.
    :ivar environment: ``production``, or what else Nylas calls it; "" when it does not tell.
    :ivar look: what Hosted auth shows, by the names in ``LOOK``; what is empty is not in it.
    """

    client_id: str
    callback_uris: tuple[str, ...] = ()
    environment: str = ""
    look: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Nylas's record of a connected mailbox.

    :ivar email: "" when Nylas leaves it out, as it may; a login name where the mail server has
        login names that are no addresses.
    :ivar created: Unix time of the first sign-in, 0 when unknown.
    :ivar authenticated: Unix time of the last successful sign-in, 0 when unknown.
    :ivar state: what the last successful sign-in carried, "" for none.
    :ivar valid: Nylas does not say that the grant has stopped working.
    """

    id: str
    provider: str
    email: str = ""
    created: int = 0
    authenticated: int = 0
    state: str = ""
    valid: bool = True


@dataclass(frozen=True, kw_only=True)
class TokenAnswer:
    """The answer of a Nylas OAuth endpoint, to be passed on: status, and an object.

    :ivar retry_after: seconds to wait of ``Retry-After``, 0 without it.
    """

    status: int
    content: Mapping[str, Any] = field(repr=False)
    retry_after: int = 0


def application_of(data: Any) -> Application | None:
    """Read an application, None when it is none."""
    if not isinstance(data, dict) or not (client_id := shown(data.get("application_id"))):
        return None
    listed = data.get("callback_uris")
    entries = listed if isinstance(listed, list) else []
    uris = [entry.get("url") for entry in entries if isinstance(entry, dict)]
    return Application(
        client_id=client_id,
        callback_uris=tuple(uri for uri in uris if isinstance(uri, str)),
        environment=shown(data.get("environment")),
        look=_look(data),
    )


def _look(data: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for part, names in LOOK.items():
        given = data.get(part)
        values = given if isinstance(given, dict) else {}
        found.update({name: values[name] for name in names if values.get(name)})
    return {name: value for name, value in found.items() if isinstance(value, str)}


def connector_of(data: Any) -> Connector | None:
    """Read a connector, None when it is none."""
    if not isinstance(data, dict) or not isinstance(data.get("provider"), str):
        return None
    settings = data.get("settings")
    found = settings if isinstance(settings, dict) else {}
    return Connector(
        provider=data["provider"],
        client_id=_text(found.get("client_id")),
        tenant=_text(found.get("tenant")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def grant_of(data: Any) -> Grant | None:
    """Read a grant, None when it is none."""
    if not isinstance(data, dict) or not (grant_id := shown(data.get("id"))):
        return None
    created, updated = data.get("created_at"), data.get("updated_at")
    return Grant(
        id=grant_id,
        provider=shown(data.get("provider")),
        email=shown(data.get("email")),
        created=created if isinstance(created, int) else 0,
        authenticated=updated if isinstance(updated, int) else 0,
        state=shown(data.get("state")),
        valid=data.get("grant_status") != "invalid",
    )


def shown(value: Any) -> str:
    """Return a text that a page can show and a cookie can hold, else ""."""
    good = isinstance(value, str) and value.isprintable() and len(value) <= _LONGEST_TEXT
    return str(value) if good else ""
