"""Sign-ins in the browser's sealed cookies: a cookie for each, named by its id."""

import re
import time
from dataclasses import asdict

from flask import Response, current_app, g, request

from signin.flow.signin import SignIn
from signin.sealing import SealBroken, Sealer

IDLE_SECONDS = 30 * 60
TOTAL_SECONDS = 2 * 60 * 60
MAX_SIGN_INS = 5

# Servers read about 8000 characters of all cookies together; one of ours may take 2500.
_ROOM = 4500
_ID = re.compile(r"[A-Za-z0-9_-]{8}")


def latest() -> list[SignIn]:
    """Return every sign-in of this browser that is still alive, the latest first."""
    alive = [signin for signin_id in ids() if (signin := read(signin_id))]
    return sorted(alive, key=lambda signin: signin.saved, reverse=True)


def ids_with_room() -> set[str]:
    """Return the ids of the latest sign-ins, as many as leave room for another one."""
    kept: set[str] = set()
    size = 0
    for signin in latest()[: MAX_SIGN_INS - 1]:
        size += len(request.cookies[_cookie_name(signin.id)])
        if size > _ROOM:
            break
        kept.add(signin.id)
    return kept


def ids() -> set[str]:
    """Return the ids in the names of this browser's cookies."""
    prefix = _cookie_name("")
    ids = {name.removeprefix(prefix) for name in request.cookies if name.startswith(prefix)}
    return {signin_id for signin_id in ids if _ID.fullmatch(signin_id)}


def read(signin_id: str, *, idle: int = IDLE_SECONDS, total: int = TOTAL_SECONDS) -> SignIn | None:
    """Return the sign-in of this id, None when it is gone or older than this, in seconds."""
    sealer: Sealer = current_app.extensions["flow"]
    try:
        signin = SignIn(
            **sealer.open(request.cookies.get(_cookie_name(signin_id), ""), max_age=idle)
        )
    except (SealBroken, TypeError):
        # A TypeError: sealed by a version of this program with other fields.
        return None
    if signin.id != signin_id or time.time() - signin.started > total:
        return None
    return signin


def write(signin_id: str, signin: SignIn | None) -> None:
    """Keep the sign-in of this id as it is now; None forgets it."""
    g.setdefault("flow_changes", {})[signin_id] = signin
    if signin:
        g.signin = signin


def set_cookies(response: Response) -> Response:
    """Send what was written along with ``response``."""
    for signin_id, signin in g.get("flow_changes", {}).items():
        sealer: Sealer = current_app.extensions["flow"]
        interface = current_app.session_interface
        response.set_cookie(
            _cookie_name(signin_id),
            sealer.seal(asdict(signin)) if signin else "",
            max_age=None if signin else 0,
            secure=interface.get_cookie_secure(current_app),
            httponly=True,
            samesite="Lax",
        )
    return response


def _cookie_name(signin_id: str) -> str:
    return f"{current_app.session_interface.get_cookie_name(current_app)}-{signin_id}"
