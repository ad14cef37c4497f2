"""A sign-in from its beginning to its end."""

import dataclasses
import secrets
import time
from collections.abc import Sequence
from typing import Any

from flask import g, request

from signin.flow import jar
from signin.flow.signin import SignIn

# Whoever went to look for a password comes back to the same app, if not after a day.
REVIVED_SECONDS = 24 * 60 * 60
_TOUCH_SECONDS = 60


class SignInOver(Exception):
    """The sign-in that a request belongs to is too old, or its cookie is gone."""


def start(*, email: str = "", shown: str = "", before: SignIn | None = None, **more: Any) -> SignIn:
    """Begin a sign-in; those that are over go.

    :param before: the one that the person went on from: app and link stay the same.
    """
    now = int(time.time())
    kept = {"visit": before.visit, "app": before.app, "pin": before.pin} if before else {}
    fields = {"visit": secrets.token_urlsafe(12), **kept, **more}
    signin = SignIn(
        id=secrets.token_urlsafe(6), salt=secrets.token_urlsafe(16), email=email, shown=shown,
        started=now, saved=now, **fields,
    )  # fmt: skip
    for old_id in jar.ids() - {alive.id for alive in jar.latest()}:
        jar.write(old_id, None)
    jar.write(signin.id, signin)
    return signin


def load(signin_id: str = "") -> SignIn:
    """Return the sign-in of this id, or that the address names, else the browser's latest.

    :raises SignInOver: when there is none.
    """
    asked = signin_id or request.args.get("s", "")
    signin = jar.read(asked) if asked else next(iter(jar.latest()), None)
    if signin is None:
        raise SignInOver
    g.signin = signin
    return signin


def save(signin: SignIn, **changes: Any) -> SignIn:
    """Write ``signin`` with these fields changed; its half hour starts anew."""
    saved = dataclasses.replace(signin, saved=int(time.time()), **changes)
    jar.write(saved.id, saved)
    return saved


def finish(
    signin: SignIn,
    *,
    grant_id: str,
    email: str,
    provider: str,
    mailbox: str,
    works: Sequence[str],
    reconnected: bool,
) -> None:
    """Keep what the confirmation page and the app are told, and nothing else that led there."""
    grant = {
        "id": grant_id,
        # What came along as a hint, and is no address, is nobody's.
        "email": email or (signin.email and signin.shown),
        "provider": provider,
        "mailbox": mailbox,
        "works": list(works),
        "reconnected": reconnected,
    }
    save(signin, typed={}, oauth={}, failure={}, failed="", grant=grant)


def follow(signin_id: str) -> SignIn | None:
    """Begin anew after a sign-in that was open for too long: address, app and link stay."""
    old = jar.read(signin_id, idle=REVIVED_SECONDS, total=REVIVED_SECONDS) if signin_id else None
    return start(shown=old.shown, before=old) if old else None


def current() -> SignIn | None:
    """Return the sign-in that this request is about, if it is about one."""
    signin: SignIn | None = g.get("signin")
    return signin


def touch(signin: SignIn) -> None:
    """Somebody is still at it: start the half hour anew, at most once a minute."""
    if time.time() - signin.saved > _TOUCH_SECONDS:
        save(signin)
