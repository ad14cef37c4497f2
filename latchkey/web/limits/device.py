"""The cookie of a browser that connected mailboxes before: a stranger cannot lock it out of them.

Sealed; it holds a random id and keyed hashes of the last mailboxes, and no address.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, current_app, g, request

from config import Settings
from latchkey.infra.sealing import SealBroken, Sealer
from latchkey.infra.unproxied import unproxied
from latchkey.providers.same_mailbox import canonical_mailbox
from latchkey.web.own_cookie import cookie_name, set_own_cookie
from latchkey.web.services import get_services

REMEMBERED_SECONDS = 180 * 24 * 60 * 60
_MOST_MAILBOXES = 8
_SUFFIX = "device"


def init_device(app: Flask, settings: Settings) -> None:
    """Seal the cookie, and send it when it changed."""
    keys = settings.secret_keys
    app.extensions["device"] = Sealer(keys, purpose="device")
    app.after_request(_set_cookie)


def known_device(addresses: Iterable[str]) -> str:
    """Return the id of this browser if it connected all of these mailboxes before, else ""."""
    device = _read()
    known = set(device.get("mailboxes", []))
    return str(device["id"]) if {_hash(address) for address in addresses} <= known else ""


def device_id() -> str:
    """Return the id of this browser if it connected any mailbox before, else ""."""
    return str(_read().get("id", ""))


def remember(email: str) -> None:
    """Keep in this browser that it connected this mailbox with its password."""
    if get_services().limiter.active:
        _remember(_hash(email))


def remember_browser() -> None:
    """Keep in this browser that it connected a mailbox, which may be any."""
    if get_services().limiter.active:
        _remember()


def _remember(*mailboxes: str) -> None:
    device = _read()
    others = [other for other in device.get("mailboxes", []) if other not in mailboxes]
    g.device = {
        "id": device.get("id") or secrets.token_urlsafe(12),
        "mailboxes": [*mailboxes, *others][:_MOST_MAILBOXES],
    }


def _read() -> dict[str, Any]:
    sealer: Sealer = current_app.extensions["device"]
    try:
        sealed = request.cookies.get(cookie_name(_SUFFIX), "")
        return dict(sealer.open(sealed, max_age=REMEMBERED_SECONDS))
    except SealBroken:
        return {}


def _set_cookie(response: Response) -> Response:
    if device := unproxied(g).get("device"):
        sealer: Sealer = current_app.extensions["device"]
        set_own_cookie(response, _SUFFIX, sealer.seal(device), max_age=REMEMBERED_SECONDS)
    return response


def _hash(address: str) -> str:
    """With what follows a plus sign: at some servers that is another person's mailbox."""
    return get_services().limiter.fingerprint(f"device {canonical_mailbox(address)}")
