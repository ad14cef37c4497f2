"""Sign-ins in the browser's sealed cookies: a cookie for each, named by its id."""

import re
import time
from itertools import accumulate, islice

from flask import Response, current_app, g, request

from latchkey.infra import logs
from latchkey.infra.codec import UnknownShape, from_json, to_json
from latchkey.infra.sealing import SealBroken, Sealer
from latchkey.infra.unproxied import unproxied
from latchkey.web.flow.sign_in import SignIn
from latchkey.web.own_cookie import cookie_name, set_own_cookie
from latchkey.web.services import get_services

IDLE_SECONDS = 30 * 60
TOTAL_SECONDS = 2 * 60 * 60
MAX_SIGN_INS = 5
# A browser of ours has no more; a client that sends more wants the page to work on them.
_MOST_READ = 8

# Servers read about 8000 characters of all cookies together, names and Flask's own included.
_ROOM = 7400
_ID = re.compile(r"[A-Za-z0-9_-]{8}")


def latest() -> list[SignIn]:
    """Return every sign-in of this browser that is still alive, the latest first."""
    alive = [sign_in for signin_id in ids() if (sign_in := read(signin_id))]
    return sorted(alive, key=lambda sign_in: sign_in.saved, reverse=True)


def ids() -> set[str]:
    """Return the ids in the names of this browser's cookies."""
    prefix = cookie_name("")
    named = (
        name.removeprefix(prefix) for name in unproxied(request).cookies if name.startswith(prefix)
    )
    return set(islice((signin_id for signin_id in named if _ID.fullmatch(signin_id)), _MOST_READ))


def sealed(signin_id: str) -> str:
    """Return the cookie of this id as the browser sent it, "" when it did not."""
    return unproxied(request).cookies.get(cookie_name(signin_id), "")


def read(signin_id: str, *, idle: int = IDLE_SECONDS, total: int = TOTAL_SECONDS) -> SignIn | None:
    """Return the sign-in of this id, None when it is gone or older than this, in seconds."""
    sealer: Sealer = unproxied(current_app).extensions["flow"]
    try:
        sign_in = from_json(SignIn, sealer.open(sealed(signin_id), max_age=idle))
    except (SealBroken, UnknownShape):
        # UnknownShape: sealed by a version of this program with other fields.
        return None
    if sign_in.id != signin_id or time.time() - sign_in.started > total:
        return None
    return sign_in if is_of_host(sign_in) else None


def is_of_host(sign_in: SignIn) -> bool:
    """Tell whether the sign-in is of the brand that this host belongs to, if it does to one."""
    here = get_services().brands.of_host(unproxied(request).host)
    return not here or sign_in.brand == here


def write(signin_id: str, sign_in: SignIn | None) -> None:
    """Keep the sign-in of this id as it is now; None forgets it."""
    of_request = unproxied(g)
    of_request.setdefault("flow_changes", {})[signin_id] = sign_in
    if sign_in:
        of_request.sign_in = sign_in
        logs.bind(visit=sign_in.visit)


def set_cookies(response: Response) -> Response:
    """Send what was written along with ``response``; the oldest go that there is no room for."""
    changes: dict[str, SignIn | None] = unproxied(g).get("flow_changes", {})
    sealer: Sealer = unproxied(current_app).extensions["flow"]
    written = {
        signin_id: sealer.seal(to_json(sign_in)) if sign_in else ""
        for signin_id, sign_in in changes.items()
    }
    gone = dict.fromkeys(_without_room(written) if written else (), "")
    for signin_id, text in (written | gone).items():
        set_own_cookie(response, signin_id, text, max_age=None if text else 0)
    return response


def _without_room(written: dict[str, str]) -> list[str]:
    """The ids of the sign-ins that would be too many, or too much, beside what is written now."""
    if ids() <= written.keys():
        return []
    cookies = dict(written)
    # The latest first; what is over comes last.
    for signin_id in (*(sign_in.id for sign_in in latest()), *ids()):
        cookies.setdefault(signin_id, request.cookies[cookie_name(signin_id)])
    cookies = {signin_id: text for signin_id, text in cookies.items() if text}
    sizes = accumulate(len(f"{cookie_name(name)}={text}; ") for name, text in cookies.items())
    # Those of other apps of the same domain come along in the same header, so ours give way.
    room = _ROOM - _size_of_others()
    fitting = max(len([text for text in written.values() if text]), sum(s <= room for s in sizes))
    return list(cookies)[min(fitting, MAX_SIGN_INS) :]


def _size_of_others() -> int:
    ours = current_app.session_interface.get_cookie_name(current_app)
    return sum(
        len(f"{name}={text}; ")
        for name, text in request.cookies.items()
        if name != ours and not name.startswith(f"{ours}-")
    )
