"""A sign-in from its beginning to its end."""

import dataclasses
import hmac
import secrets
import time
from typing import Any

from flask import g, request

from latchkey.infra import logs
from latchkey.infra.unproxied import unproxied
from latchkey.web.flow import cookies
from latchkey.web.flow.sign_in import ConnectedGrant, SignIn
from latchkey.web.mailbox_in_log import mailbox_in_log
from latchkey.web.services import get_services

# A user who went to look for a password comes back to the same app, within a day.
REVIVED_SECONDS = 24 * 60 * 60
_TOUCH_SECONDS = 60


class SignInOver(Exception):
    """The sign-in that a request belongs to is too old, or its cookie is gone."""


def start(
    *, email: str = "", display_address: str = "", before: SignIn | None = None, **more: Any
) -> SignIn:
    """Begin a sign-in; those that are over go.

    :param before: the one that the person went on from: app and link stay the same.
    """
    now = int(time.time())
    kept = _kept(before) if before else {"brand": get_services().brands.of_host(request.host)}
    fields = {"visit": secrets.token_urlsafe(12), "arrived": now, **kept, **more}
    sign_in = SignIn(
        id=secrets.token_urlsafe(6), salt=secrets.token_urlsafe(16), email=email,
        display_address=display_address,
        started=now, saved=now, **(fields | more),
    )  # fmt: skip
    for old_id in cookies.ids() - {alive.id for alive in cookies.latest()}:
        cookies.write(old_id, None)
    cookies.write(sign_in.id, sign_in)
    logs.bind(mailbox=mailbox_in_log(email))
    return sign_in


def _kept(before: SignIn) -> dict[str, Any]:
    return {
        "visit": before.visit,
        "brand": before.brand,
        "arrived": before.arrived,
        "app": before.app,
        "opened_by_app": before.opened_by_app,
        "link_claims": before.link_claims,
    }


def load(signin_id: str = "") -> SignIn:
    """Return the sign-in of this id, or that the address names, else the browser's latest.

    :raises SignInOver: when there is none.
    """
    asked = signin_id or unproxied(request).args.get("s", "")
    sign_in = cookies.read(asked) if asked else next(iter(cookies.latest()), None)
    if sign_in is None:
        raise SignInOver
    unproxied(g).sign_in = sign_in
    logs.bind(visit=sign_in.visit)
    return sign_in


def save(sign_in: SignIn, **changes: Any) -> SignIn:
    """Write ``sign_in`` with these fields changed; its half hour starts again."""
    saved = dataclasses.replace(sign_in, saved=int(time.time()), **changes)
    cookies.write(saved.id, saved)
    return saved


def finish(sign_in: SignIn, grant: ConnectedGrant) -> None:
    """Keep what the confirmation page and the app need, and nothing else."""
    save(
        sign_in,
        typed={},
        pending=None,
        authorization_failure=None,
        last_problem="",
        grant=grant,
    )


def follow(signin_id: str) -> SignIn | None:
    """Start again after a sign-in that was open for too long: address, app and link stay."""
    old = former(signin_id)
    return start(display_address=old.display_address, before=old) if old else None


def former(signin_id: str) -> SignIn | None:
    """Return the sign-in of this id as it was, if it was changed within the last day."""
    if not signin_id:
        return None
    return cookies.read(signin_id, idle=REVIVED_SECONDS, total=REVIVED_SECONDS)


def link_token(sign_in: SignIn, purpose: str) -> str:
    """Return what a link of our own pages carries, so that no other page can make it.

    It is derived from the sign-in's salt, which never leaves its sealed cookie.
    """
    digest = hmac.digest(sign_in.salt.encode(), purpose.encode(), "sha256")
    return digest.hex()[:32]


def is_from_our_page(sign_in: SignIn, purpose: str) -> bool:
    """Tell whether this request follows a link of our own pages, by its token.

    ``Sec-Fetch-Site`` is not enough: the list of languages links to any path of this host.
    """
    given = request.args.get("t", "").encode("utf-8", "surrogatepass")
    return hmac.compare_digest(given, link_token(sign_in, purpose).encode())


def current() -> SignIn | None:
    """Return the sign-in that this request is about, if it is about one."""
    sign_in: SignIn | None = unproxied(g).get("sign_in")
    return sign_in


def touch(sign_in: SignIn) -> None:
    """Extend the sign-in of an active user by half an hour, at most once a minute."""
    if time.time() - sign_in.saved > _TOUCH_SECONDS:
        save(sign_in)
