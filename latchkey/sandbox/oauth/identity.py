"""Who signed in, as ID tokens and userinfo tell it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

from latchkey.sandbox.oauth.registry import EMAIL_SCOPES, Rules
from latchkey.sandbox.oauth.state import TOKEN_SECONDS, Allowed


def make_id_token(rules: Rules, allowed: Allowed, now: int) -> str:
    """Return a JWT signed with the client's secret (OpenID Connect Core, 2; RFC 7515, A.1)."""
    claims: dict[str, object] = {
        "iss": allowed.transaction.issuer,
        "aud": rules.client_id,
        "sub": _subject(allowed),
        "iat": now,
        "exp": now + TOKEN_SECONDS,
    }
    if allowed.transaction.nonce:
        claims["nonce"] = allowed.transaction.nonce
    if rules.tenant:
        claims |= {"oid": _subject(allowed), "tid": rules.tenant}
    if allowed.ending != "no-email":
        claims |= _addresses(allowed, rules.address_claims)
    parts = [_encoded({"alg": "HS256", "typ": "JWT"}), _encoded(claims)]
    signature = hmac.digest(rules.client_secret.encode(), ".".join(parts).encode(), "sha256")
    return ".".join([*parts, unpadded(signature)])


def userinfo(rules: Rules, allowed: Allowed) -> dict[str, object]:
    """Return what an access token tells (OpenID Connect Core, 5.3; Graph and Zoom: users/me)."""
    return {rules.account_field: _subject(allowed), **_addresses(allowed, rules.address_fields)}


def unpadded(content: bytes) -> str:
    """Return base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _addresses(allowed: Allowed, names: tuple[str, ...]) -> dict[str, object]:
    """The address under all names that the granted scopes open."""
    claims: dict[str, object] = {}
    if allowed.ending == "no-address":
        return claims
    may_tell_email = not set(EMAIL_SCOPES).isdisjoint(allowed.granted)
    for name in names:
        if name != "email" or may_tell_email or allowed.transaction.provider == "zoom":
            claims[name] = allowed.account
    if "email" in claims and allowed.transaction.provider in ("google", "yahoo"):
        claims["email_verified"] = True
    return claims


def _subject(allowed: Allowed) -> str:
    """A name that stays the same for an account, and is another one at each provider."""
    account = f"{allowed.transaction.provider} {allowed.account.casefold()}"
    return hashlib.sha256(account.encode()).hexdigest()[:24]


def _encoded(value: Mapping[str, object]) -> str:
    return unpadded(json.dumps(value, separators=(",", ":")).encode())
