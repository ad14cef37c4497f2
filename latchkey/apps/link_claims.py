"""Claims of signed links: what a link may say, read with suspicion.

A link carries a JSON Web Token (RFC 7519), signed with HS256 under ``LINK_KEY``: ``aud`` is
``latchkey-link``, ``email``, ``exp`` (Unix time), ``jti`` (random, for use once) and, if wanted,
``provider``, ``state``, ``redirect_uri``, ``brand``, ``locale`` and ``theme``. What is in it wins
over the address bar.
"""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt

from latchkey.apps.parameters import THEMES
from latchkey.providers import PROVIDERS
from latchkey.providers.email_address import MAX_EMAIL

AUDIENCE = "latchkey-link"
MOST_STATE = 256
LONGEST_SECONDS = 30 * 24 * 60 * 60

_ALGORITHM = "HS256"
# The app's clock may be ahead of this one; .NET's libraries write "nbf" with each token.
_SKEW_SECONDS = 60
# "typ" and "kid" change nothing; an extension that has to be understood is not (RFC 7515, 4.1.11).
_HEADERS = frozenset({"alg", "typ", "kid"})
_NOT_TEXT = frozenset({"aud", "exp", "iat", "nbf"})
_REQUIRED = frozenset({"aud", "email", "exp", "jti"})
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "email": re.compile(rf"\S{{1,{MAX_EMAIL}}}"),
    "jti": re.compile(r"[A-Za-z0-9._~:-]{8,128}"),
    "provider": re.compile("|".join(PROVIDERS)),
    "state": re.compile(rf".{{1,{MOST_STATE}}}", re.S),
    "redirect_uri": re.compile(r"[!-~]{1,1000}"),
    "brand": re.compile(r"[A-Za-z0-9_-]{1,40}"),
    "locale": re.compile(r"[A-Za-z0-9_-]{1,35}"),
    "theme": re.compile("|".join(THEMES)),
    "iss": re.compile(r".{1,200}", re.S),
}


class ClaimsRefused(Exception):
    """No key of ours signed the link, or it does not say what a link must."""


@dataclass(frozen=True, kw_only=True)
class LinkClaims:
    """What a link settles: this address, once, until ``exp``.

    :ivar id: names the link: its ``jti``, keyed with the key that signed it.
    :ivar provider: the only one to connect with, "" when any will do.
    :ivar state: the app's own, "" when the address bar may name it; so with ``redirect_uri``.
    :ivar brand: which of the operator's brands the pages show, "" for the usual one.
    :ivar locale: the language of the pages, as in BCP 47, "" for the reader's own.
    :ivar theme: "light" or "dark", where the brand allows it; "" for the reader's own.
    """

    id: str
    email: str
    exp: int
    provider: str = ""
    state: str = ""
    redirect_uri: str = ""
    brand: str = ""
    locale: str = ""
    theme: str = ""


def sign_link(email: str, key: str, *, seconds: int, **more: str) -> str:
    """Return a link's text, good for ``seconds``.

    :param more: optional claims, see ``LinkClaims``; those that are "" are left out.
    """
    claims = {
        "aud": AUDIENCE,
        "email": email,
        "exp": int(time.time()) + seconds,
        "jti": secrets.token_urlsafe(16),
        **{name: value for name, value in more.items() if value},
    }
    return jwt.encode(claims, key, algorithm=_ALGORITHM)


def read_link(link: str, keys: Sequence[str]) -> LinkClaims:
    """Return the claims of a link that one of ``keys`` signed, however old they are.

    :raises ClaimsRefused: there is none.
    """
    for key in keys:
        try:
            header = jwt.get_unverified_header(link)
            # All but "nbf" is checked below, more strictly than the library does.
            given = jwt.decode(
                link,
                key,
                algorithms=[_ALGORITHM],
                leeway=_SKEW_SECONDS,
                options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
            )
        except (jwt.InvalidTokenError, ValueError, RecursionError):
            continue
        if header.keys() <= _HEADERS and _is_well_formed(given):
            return _link_claims(given, key)
    raise ClaimsRefused


def _is_well_formed(given: Mapping[str, Any]) -> bool:
    """Tell whether the claims are all known, there, and of their kind (RFC 8725, 3.9 and 3.11)."""
    # Several libraries always write a list, which is the claim's general form (RFC 7519, 4.1.3).
    if not given.keys() >= _REQUIRED or given["aud"] not in (AUDIENCE, [AUDIENCE]):
        return False
    if type(given["exp"]) is not int or given["exp"] > time.time() + LONGEST_SECONDS:
        return False
    others = {name: value for name, value in given.items() if name not in _NOT_TEXT}
    return all(
        name in _PATTERNS and isinstance(value, str) and _PATTERNS[name].fullmatch(value)
        for name, value in others.items()
    )


def _link_claims(given: Mapping[str, Any], key: str) -> LinkClaims:
    optional = ("provider", "state", "redirect_uri", "brand", "locale", "theme")
    # Keyed with the link's own key: the name holds as long as the link does, whatever other keys
    # are changed meanwhile, and says nothing to those who see it in a store.
    digest = hmac.digest(key.encode(), b"used link:" + given["jti"].encode(), hashlib.sha256)
    return LinkClaims(
        id=digest.hex()[:32],
        email=given["email"],
        exp=given["exp"],
        **{name: given[name] for name in optional if name in given},
    )
