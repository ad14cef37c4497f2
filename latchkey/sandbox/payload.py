"""The strict reading of a connect/custom body: an undocumented key is a mistake of ours."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Request

from latchkey.sandbox.answers import ApiError, invalid_request
from latchkey.sandbox.shapes import OAUTH_PROVIDERS, Shape
from latchkey.sandbox.state import current_sandbox

TOKEN_PREFIX = "sandbox-refresh-"
MAX_STATE = 256
MAX_PORT = 65535
TOP_LEVEL_KEYS = frozenset({"provider", "settings", "scope", "state"})


@dataclass(frozen=True, kw_only=True)
class Login:
    """One attempt to connect an account, checked."""

    provider: str
    account: str
    secret: str = field(repr=False)
    scope: tuple[str, ...] | None
    state: str | None
    imap_host: str | None
    imap_port: int | None
    smtp_host: str | None


def read_login(request: Request) -> Login:
    """Return the checked attempt; raises ApiError (400) at the first thing that is wrong.

    No message holds a value of the request, since any of them may be a password.
    """
    body = request.get_json(silent=True) if request.is_json else None
    if not isinstance(body, dict):
        raise ApiError(400, "api.invalid_request_payload", "The body must be a JSON object")
    _refuse_unknown(body, TOP_LEVEL_KEYS, "")
    provider = body.get("provider")
    if provider is None:
        raise ApiError(400, "grant.provider_required", "provider is missing")
    shape = current_sandbox().shapes.get(provider) if isinstance(provider, str) else None
    if shape is None:
        raise invalid_request("provider is not one that can be connected this way")
    settings = _read_settings(body.get("settings"), shape)
    return Login(
        provider=provider,
        account=_account(settings[shape.account], provider),
        secret=settings[shape.secret],
        scope=_read_scope(body, shape),
        state=_read_state(body),
        imap_host=settings.get("imap_host"),
        imap_port=settings.get("imap_port"),
        smtp_host=settings.get("smtp_host"),
    )


def _account(value: str, provider: str) -> str:
    if provider not in OAUTH_PROVIDERS:
        return value
    # A token names its account only when this sandbox made it up; any other stays a secret.
    return value.removeprefix(TOKEN_PREFIX) if value.startswith(TOKEN_PREFIX) else ""


def _read_settings(settings: Any, shape: Shape) -> dict[str, Any]:
    if not isinstance(settings, dict):
        raise invalid_request("settings must be an object")
    kinds = {**shape.required, **shape.optional}
    _refuse_unknown(settings, kinds, "settings.")
    for name, value in settings.items():
        if not _fits(value, kinds[name]):
            raise invalid_request(f"settings.{name} has the wrong JSON type or is no port")
    for name in shape.required:
        if not settings.get(name):
            raise invalid_request(f"settings.{name} is missing")
    return settings


def _fits(value: Any, kind: type) -> bool:
    # Not isinstance: JSON true is no port, though bool is an int in Python.
    exact = type(value) is kind
    return exact and (kind is not int or 1 <= value <= MAX_PORT)


def _read_scope(body: Mapping[str, object], shape: Shape) -> tuple[str, ...] | None:
    if "scope" not in body:
        return None
    scope = body["scope"]
    if not shape.takes_scope:
        raise invalid_request("scope does not exist for this provider")
    if not isinstance(scope, list) or not all(isinstance(each, str) for each in scope):
        raise invalid_request("scope must be a list of strings")
    return tuple(scope)


def _read_state(body: Mapping[str, object]) -> str | None:
    if "state" not in body:
        return None
    state = body["state"]
    if not isinstance(state, str) or len(state) > MAX_STATE:
        raise invalid_request(f"state must be a string of at most {MAX_STATE} characters")
    return state


def _refuse_unknown(given: Iterable[str], known: Container[str], where: str) -> None:
    for name in given:
        if name not in known:
            raise invalid_request(f"{where}{name} is not a known key")
