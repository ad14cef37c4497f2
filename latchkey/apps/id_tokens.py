"""Tells the app, signed, which account was connected (OpenID Connect Core, 2).

The keys are made of ``SECRET_KEY`` and its fallbacks: a new secret key signs at once, and what the
old ones signed can still be checked with the keys that are published.
"""

import hashlib
import time
from collections.abc import Sequence
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jwt.algorithms import ECAlgorithm

from latchkey.apps.codes import Ticket

TOKEN_SECONDS = 60 * 60
_ALGORITHM = "ES256"
# Order of the curve's group (SEC 2, secp256r1).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class IdTokens:
    """Signs and reads ID tokens.

    :param keys: ``SECRET_KEY`` first, then its fallbacks.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = {_key_id(key): key for key in map(_derive, keys)}

    def issue(self, ticket: Ticket, *, issuer: str) -> str:
        """Return a token about the account of ``ticket``, good for an hour."""
        now = int(time.time())
        claims = {
            "iss": issuer,
            "aud": ticket.client_id,
            "sub": ticket.grant_id,
            "provider": ticket.provider,
            **({"email": ticket.email} if ticket.email else {}),
            **({"nonce": ticket.nonce} if ticket.nonce else {}),
            "reconnected": ticket.reconnected,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
        }
        key_id, key = next(iter(self._keys.items()))
        return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": key_id})

    def read(self, token: str, *, client_id: str) -> dict[str, Any] | None:
        """Return the claims of one of our tokens, None for all others."""
        try:
            key = self._keys[str(jwt.get_unverified_header(token).get("kid"))]
            claims: dict[str, Any] = jwt.decode(
                token, key.public_key(), algorithms=[_ALGORITHM], audience=client_id
            )
        except (jwt.InvalidTokenError, KeyError, UnicodeError):
            return None
        return claims

    def public_keys(self) -> dict[str, Any]:
        """Return what tokens can be checked with: a JSON Web Key Set (RFC 7517, 5)."""
        return {
            "keys": [
                {**_public(key), "kid": key_id, "use": "sig", "alg": _ALGORITHM}
                for key_id, key in self._keys.items()
            ]
        }


def _derive(secret: str) -> ec.EllipticCurvePrivateKey:
    """A private key that only holders of ``secret`` can make (FIPS 186-5, A.2.1: extra bits)."""
    bits = HKDF(algorithm=SHA256(), length=48, salt=None, info=b"id token").derive(secret.encode())
    return ec.derive_private_key(int.from_bytes(bits) % (_ORDER - 1) + 1, ec.SECP256R1())


def _public(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    return ECAlgorithm.to_jwk(key.public_key(), as_dict=True)


def _key_id(key: ec.EllipticCurvePrivateKey) -> str:
    return hashlib.sha256(_public(key)["x"].encode()).hexdigest()[:16]
