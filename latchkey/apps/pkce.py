"""How an app without a secret proves that it is the one that asked (PKCE, RFC 7636).

Nylas has a variant of its own: its SDKs encode the hexadecimal text of the hash where the RFC
encodes its bytes. Both go by the name of S256, in capitals or not, so both are accepted.
"""

import base64
import hashlib
import hmac
import re

METHODS = ("plain", "s256")
# Nylas's SDKs send UUIDs and what is made of them; the RFC asks for 43 characters or more.
CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{1,128}")


def proves(verifier: str, *, challenge: str, method: str) -> bool:
    """Tell whether ``verifier`` is what ``challenge`` was made of."""
    given = verifier.encode("utf-8", "surrogatepass")
    if method == "plain":
        return hmac.compare_digest(given, challenge.encode())
    digest = hashlib.sha256(given)
    made = (_encoded(digest.digest()), _encoded(digest.hexdigest().encode()))
    return any(hmac.compare_digest(each, challenge.encode()) for each in made)


def _encoded(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")
