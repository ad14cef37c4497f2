"""What providers answer, read with suspicion: only fields that are used, of the right type."""

import base64
import time
from collections.abc import Mapping
from typing import Any

from latchkey.infra.errors import BadAnswer
from latchkey.infra.http import Answer
from latchkey.infra.json_object import json_object
from latchkey.problems.oauth_codes import ProviderRefused

# Asked for to tell who signed in, or to stay signed in; not something an app needs to work.
SIGN_IN_ONLY = frozenset({"openid", "email", "profile", "offline_access"})
IDENTITY = SIGN_IN_ONLY | {"user.read"}
# Microsoft's, in its clouds (Graph, "national cloud deployments"); the usual one first.
GRAPHS = (
    "https://graph.microsoft.com/",
    "https://graph.microsoft.us/",
    "https://dod-graph.microsoft.us/",
    "https://microsoftgraph.chinacloudapi.cn/",
)
_PREFIXES = (*GRAPHS, "https://www.googleapis.com/auth/")


def refused_by(query: Mapping[str, str]) -> ProviderRefused:
    """Read the error that a provider sends with the browser (RFC 6749, 4.1.2.1).

    Microsoft says of personal accounts by ``error_subcode`` that the person cancelled.
    """
    numbers = _numbers(query.get("error_description", ""))
    if query.get("error_subcode") == "cancel" and not numbers:
        return ProviderRefused("access_denied")
    return ProviderRefused(query.get("error", "")[:100], numbers=numbers)


def refused(answer: Answer) -> ProviderRefused:
    """Read the error of a token endpoint (RFC 6749, 5.2).

    Zoom calls a code that is used or too old an invalid request, and says so in ``reason`` alone.
    """
    try:
        content = read_json(answer)
    except BadAnswer:
        content = {}
    listed = content.get("error_codes")
    codes = listed if isinstance(listed, list) else []
    numbers = tuple(code for code in codes if isinstance(code, int))
    error = content.get("error")
    if str(content.get("reason", "")).startswith("Invalid authorization code"):
        error = "invalid_grant"
    return ProviderRefused(
        error[:100] if isinstance(error, str) else "",
        numbers=numbers or _numbers(str(content.get("error_description", ""))),
        status=answer.status,
    )


def _numbers(description: str) -> tuple[int, ...]:
    """Microsoft's numbers: ``AADSTS65004:`` at the start of its descriptions."""
    _, found, rest = description.partition("AADSTS")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))][:9]
    return (int(digits),) if found and digits else ()


def read_json(answer: Answer) -> dict[str, Any]:
    """Return the object in ``answer``.

    :raises BadAnswer: there is none.
    """
    if (content := json_object(answer.body)) is None:
        raise BadAnswer(f"{answer.status} not JSON")
    return content


def claims_of(id_token: object, *, client_id: str, nonce: str) -> dict[str, Any]:
    """Return the claims of an ID token, {} when it is none of ours.

    Its signature is not checked: it came straight from the token endpoint over TLS, which is as
    good (OpenID Connect Core, 3.1.3.7, point 6).
    """
    try:
        payload = str(id_token).split(".")[1]
        claims = json_object(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    if claims is None:
        return {}
    ours = _is_for(claims, client_id)
    fresh = isinstance(claims.get("exp"), int) and claims["exp"] > time.time()
    if claims.get("nonce", nonce) != nonce:
        # Another sign-in's code was slipped in (RFC 9700, 4.5).
        raise ProviderRefused("invalid_grant")
    return claims if ours and fresh and "nonce" in claims else {}


def _is_for(claims: Mapping[str, Any], client_id: str) -> bool:
    """Tell whether a token was issued to this client (OpenID Connect Core, 3.1.3.7, points 3-5)."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    foreign = any(member != client_id for member in audiences)
    # A token that others may use as well has to say that it was issued to us.
    party = claims.get("azp", None if foreign else client_id)
    return client_id in audiences and party == client_id


def missing_scopes(asked: tuple[str, ...], granted: object) -> tuple[str, ...]:
    """Return the scopes that were unticked; naming none grants all (RFC 6749, 5.1)."""
    if not isinstance(granted, str) or not granted.strip():
        return ()
    given = {short(scope) for scope in granted.replace(",", " ").split()}
    return tuple(
        scope for scope in asked if short(scope) not in given and short(scope) not in IDENTITY
    )


def short(scope: str) -> str:
    """Return a scope without what providers may leave out of its name."""
    lowered = scope.lower()
    for prefix in _PREFIXES:
        lowered = lowered.removeprefix(prefix)
    return lowered.removeprefix("userinfo.")
