"""How an app without a secret proves that it is the one that asked (PKCE, RFC 7636).

Nylas has a variant of its own: its SDKs encode the hexadecimal text of the hash where the RFC
encodes its bytes. Both go by the name of S256, in capitals or not, so both are accepted.
"""

import base64
import hashlib
import hmac
import re

METHODS = ("plain", "s256")
CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{1,128}")
# What S256 makes: of the hash's 32 bytes (RFC 7636, 4.2), or of its hexadecimal text (Nylas).
_LENGTHS = (43, 86)
_RFC_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636, 4.1


def is_possible(challenge: str, *, method: str) -> bool:
    """Tell whether ``challenge`` has a length that ``method`` can produce."""
    return method != "s256" or len(challenge) in _LENGTHS


def proves(verifier: str, *, challenge: str, method: str) -> bool:
    """Tell whether ``verifier`` is what ``challenge`` was made of."""
    given = verifier.encode("utf-8", "surrogatepass")
    if method == "plain":
        return hmac.compare_digest(given, challenge.encode())
    digest = hashlib.sha256(given)
    # Nylas's SDKs use UUIDs, which are shorter than the RFC wants a verifier to be.
    made = [_encoded(digest.hexdigest().encode())]
    if _RFC_VERIFIER.fullmatch(verifier):
        made.append(_encoded(digest.digest()))
    return any(hmac.compare_digest(each, challenge.encode()) for each in made)


def _encoded(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")
