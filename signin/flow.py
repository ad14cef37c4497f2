"""The state of a sign-in between two requests: sealed cookies, and nothing on the server.

Each sign-in has a cookie of its own, named by its id, so that a page that waits two minutes for
Nylas cannot overwrite what another tab did meanwhile. The id (``?s=`` in addresses) is no secret:
it only tells the tabs of one browser apart. No password is ever put in here.
"""

import dataclasses
import re
import secrets
import time
from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature

from config import Settings
from signin.sealing import SealBroken, Sealer

IDLE_SECONDS = 30 * 60
TOTAL_SECONDS = 2 * 60 * 60
MAX_SIGN_INS = 5

_NAME = "signin"
_TOUCH_SECONDS = 60
_ID = re.compile(r"[A-Za-z0-9_-]{8}")


class SignInOver(Exception):
    """The sign-in that a request belongs to is too old, or its cookie is gone."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SignIn:
    """One person connecting one mailbox in one tab.

    :ivar id: names the cookie and stands in addresses as ``?s=``.
    :ivar salt: random, known to this browser only: it hides what was typed in fingerprints of it.
    :ivar email: the address as Nylas gets it, its domain in punycode.
    :ivar shown: the address as the person knows it.
    :ivar started: Unix time of the e-mail step.
    :ivar saved: Unix time of the last change.
    :ivar provider: key of the provider that detection found, "" when none.
    :ivar typed: what was typed into the form before, passwords excepted.
    :ivar oauth: the way to the provider and back that is under way, see ``signin.oauth``.
    :ivar failure: how the last try at a provider's own page ended, to be shown on ours.
    :ivar grant: what the confirmation page tells, empty until there is a grant.
    """

    id: str
    salt: str
    email: str
    shown: str
    started: int
    saved: int
    provider: str = ""
    typed: dict[str, str] = dataclasses.field(default_factory=dict)
    oauth: dict[str, Any] = dataclasses.field(default_factory=dict)
    failure: dict[str, Any] = dataclasses.field(default_factory=dict)
    grant: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def domain(self) -> str:
        """The part behind the last ``@``, in small letters and punycode."""
        return self.email.rpartition("@")[2].lower()


def start(*, email: str, shown: str, provider: str = "") -> SignIn:
    """Begin a sign-in; those that are over go, and the oldest beyond ``MAX_SIGN_INS``."""
    now = int(time.time())
    signin = SignIn(
        id=secrets.token_urlsafe(6), salt=secrets.token_urlsafe(16), email=email, shown=shown,
        provider=provider, started=now, saved=now,
    )  # fmt: skip
    kept = {old.id for old in _all()[: MAX_SIGN_INS - 1]}
    for old_id in _ids():
        if old_id not in kept:
            _write(old_id, None)
    _write(signin.id, signin)
    return signin


def load(signin_id: str = "") -> SignIn:
    """Return the sign-in of this id, or that the address names, else the browser's latest.

    :raises SignInOver: when there is none.
    """
    asked = signin_id or request.args.get("s", "")
    signin = _read(asked) if asked else next(iter(_all()), None)
    if signin is None:
        raise SignInOver
    return signin


def save(signin: SignIn, **changes: Any) -> SignIn:
    """Write ``signin`` with these fields changed; its half hour starts anew."""
    saved = dataclasses.replace(signin, saved=int(time.time()), **changes)
    _write(saved.id, saved)
    return saved


def finish(
    signin: SignIn, *, grant_id: str, email: str, mailbox: str, works: Sequence[str]
) -> None:
    """Keep what the confirmation page tells, and nothing else that led there."""
    grant = {
        "id": grant_id,
        "email": email or signin.shown,
        "mailbox": mailbox,
        "works": list(works),
    }
    save(signin, typed={}, oauth={}, failure={}, grant=grant)


def touch(signin: SignIn) -> None:
    """Somebody is still at it: start the half hour anew, at most once a minute."""
    if time.time() - signin.saved > _TOUCH_SECONDS:
        save(signin)


def init_flow(app: Flask, settings: Settings) -> None:
    """Seal the session cookie (it carries the CSRF token only) and the cookies of this module."""
    keys = (settings.secret_key, *settings.secret_key_fallbacks)
    https = settings.public_url.startswith("https://")
    app.secret_key = settings.secret_key
    # The oldest key that is still good, so that forms stay valid while keys are being changed.
    app.config["WTF_CSRF_SECRET_KEY"] = keys[-1]
    app.session_interface = _SealedSessions(Sealer(keys, purpose="session"), https=https)
    app.extensions["flow"] = Sealer(keys, purpose="flow")
    app.after_request(_set_cookies)


def _all() -> list[SignIn]:
    """Every sign-in of this browser that is still alive, the latest first."""
    alive = [signin for signin_id in _ids() if (signin := _read(signin_id))]
    return sorted(alive, key=lambda signin: signin.saved, reverse=True)


def _ids() -> list[str]:
    """The ids in the names of this browser's cookies."""
    prefix = _cookie_name("")
    ids = [name.removeprefix(prefix) for name in request.cookies if name.startswith(prefix)]
    return [signin_id for signin_id in ids if _ID.fullmatch(signin_id)]


def _read(signin_id: str) -> SignIn | None:
    sealer: Sealer = current_app.extensions["flow"]
    try:
        signin = SignIn(
            **sealer.open(request.cookies.get(_cookie_name(signin_id), ""), max_age=IDLE_SECONDS)
        )
    except (SealBroken, TypeError):
        # A TypeError: sealed by a version of this program with other fields.
        return None
    if signin.id != signin_id or time.time() - signin.started > TOTAL_SECONDS:
        return None
    return signin


def _write(signin_id: str, signin: SignIn | None) -> None:
    g.setdefault("flow_changes", {})[signin_id] = signin


def _set_cookies(response: Response) -> Response:
    for signin_id, signin in g.get("flow_changes", {}).items():
        sealer: Sealer = current_app.extensions["flow"]
        interface = current_app.session_interface
        response.set_cookie(
            _cookie_name(signin_id),
            sealer.seal(dataclasses.asdict(signin)) if signin else "",
            max_age=None if signin else 0,
            secure=interface.get_cookie_secure(current_app),
            httponly=True,
            samesite="Lax",
        )
    return response


def _cookie_name(signin_id: str) -> str:
    return f"{current_app.session_interface.get_cookie_name(current_app)}-{signin_id}"


class _Serializer:
    """What Flask's session wants: ``dumps`` and ``loads`` that raise ``BadSignature``."""

    def __init__(self, sealer: Sealer) -> None:
        self.dumps = sealer.seal
        self._sealer = sealer

    def loads(self, sealed: str, max_age: int) -> Any:
        try:
            return self._sealer.open(sealed, max_age=max_age)
        except SealBroken as error:
            raise BadSignature("not sealed here") from error


class _SealedSessions(SecureCookieSessionInterface):
    """Flask's own cookie session, encrypted; ``__Host-`` and ``Secure`` wherever there is https.

    Python's HTTP clients, unlike browsers, send no secure cookie over http to this machine, so
    plain http on loopback keeps a plain name.
    """

    def __init__(self, sealer: Sealer, *, https: bool) -> None:
        self._serializer = _Serializer(sealer)
        self._https = https

    def get_signing_serializer(self, app: Flask) -> Any:
        return self._serializer

    def get_cookie_secure(self, app: Flask) -> bool:
        return self._https or request.is_secure

    def get_cookie_name(self, app: Flask) -> str:
        return f"__Host-{_NAME}" if self.get_cookie_secure(app) else _NAME

    def get_cookie_httponly(self, app: Flask) -> bool:
        return True

    def get_cookie_samesite(self, app: Flask) -> str:
        return "Lax"
