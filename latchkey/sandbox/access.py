"""Access tokens: issued for a grant, and readable by tokeninfo."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from latchkey.sandbox.answers import OAuthError, data_answer, flat_answer, outcome_answer
from latchkey.sandbox.catalogue import APPLICATION_ID
from latchkey.sandbox.oauth.checks import repeats
from latchkey.sandbox.outcomes import find_outcome
from latchkey.sandbox.state import ACCESS_SECONDS, AccessToken, Grant, current_sandbox

bp = Blueprint("access", __name__)

ACCESS_PREFIX = "nylas_access_"
REFRESH_PREFIX = "nylas_refresh_"

NEEDED: Mapping[str, tuple[str, ...]] = {
    "authorization_code": ("client_id", "client_secret", "redirect_uri", "code"),
    "refresh_token": ("client_id", "client_secret", "refresh_token"),
    "client_credentials": ("client_id", "client_secret", "grant_id"),
}
"""What each grant type cannot do without. Source: Nylas API reference, POST /v3/connect/token."""


@bp.after_request
def keep_out_of_caches(answer: Response) -> Response:
    """Tokens must not be cached (RFC 6749, 5.1)."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/connect/token")
def exchange() -> Response:
    """Answer POST /v3/connect/token: an access token for a grant, in return for the API key.

    Source: Nylas API reference: a JSON or form body, and an answer without ``data``. Raises
    OAuthError for anything else.
    """
    grant = _find_grant(_read_body())
    outcome = find_outcome("token", grant.email or "")
    if outcome is not None and outcome.status is not None:
        return outcome_answer(outcome, outcome.status)
    sandbox = current_sandbox()
    token = AccessToken(grant_id=grant.id, issued_at=int(sandbox.clock()))
    content: dict[str, object] = {
        "access_token": sandbox.access_tokens.put(token, prefix=ACCESS_PREFIX),
        "expires_in": ACCESS_SECONDS,
        "token_type": "Bearer",
        "scope": " ".join(grant.scope),
        "grant_id": grant.id,
        "provider": grant.provider,
    }
    return flat_answer(_with_email(content, grant))


@bp.get("/connect/tokeninfo")
def tokeninfo() -> Response:
    """Answer GET /v3/connect/tokeninfo: whose access token it is, and how long it is good.

    Source: Nylas API reference; issuer and audience of a token for a grant are assumed. Raises
    OAuthError when the token is unknown, or too old, or its grant is gone.
    """
    query = request.args
    if repeats(query) or ("access_token" in query) == ("id_token" in query):
        raise OAuthError("invalid_request", "Either access_token or id_token must be there, once")
    sandbox = current_sandbox()
    # No ID token is good: the sandbox gives out none.
    token = sandbox.access_tokens.get(query.get("access_token", ""))
    grant = sandbox.grants.find(token.grant_id) if token else None
    if token is None or grant is None:
        raise OAuthError("invalid_token", "The token is unknown or no longer good")
    claims: dict[str, object] = {
        "iss": request.host_url.rstrip("/"),
        "aud": APPLICATION_ID,
        "sub": grant.id,
        "iat": token.issued_at,
        "exp": token.issued_at + ACCESS_SECONDS,
    }
    return data_answer(_with_email(claims, grant))


def _read_body() -> Mapping[str, Any]:
    """The body's parameters; unknown ones are to be ignored (RFC 6749, 3.2)."""
    if request.is_json:
        body = request.get_json(silent=True)
        if isinstance(body, dict):
            return body
    elif request.mimetype == "application/x-www-form-urlencoded" and not repeats(request.form):
        return request.form.to_dict()
    raise OAuthError("invalid_request", "The body must be a JSON object or a form")


def _find_grant(given: Mapping[str, Any]) -> Grant:
    grant_type = _text(given, "grant_type")
    if grant_type not in NEEDED:
        raise OAuthError("unsupported_grant_type", "This grant_type is not known")
    needed = {name: _text(given, name) for name in NEEDED[grant_type]}
    sandbox = current_sandbox()
    client = (needed["client_id"], needed["client_secret"])
    if client != (APPLICATION_ID, sandbox.api_key):
        raise OAuthError("invalid_client", "Another application, or not its API key")
    grant = sandbox.grants.find(_grant_id(needed))
    if grant is None:
        raise OAuthError("invalid_grant", "There is no grant for this")
    return grant


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise OAuthError("invalid_request", f"{name} is missing or no text")
    return value


def _grant_id(needed: Mapping[str, str]) -> str:
    # Codes come from hosted sign-in pages, which the sandbox has none of: no code has a grant.
    token = needed.get("refresh_token", "")
    named = token.removeprefix(REFRESH_PREFIX) if token.startswith(REFRESH_PREFIX) else ""
    return needed.get("grant_id", named)


def _with_email(content: dict[str, object], grant: Grant) -> dict[str, object]:
    return content if grant.email is None else {**content, "email": grant.email}
