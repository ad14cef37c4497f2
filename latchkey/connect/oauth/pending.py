"""What this browser must bring back from the provider; kept in the sealed cookie meanwhile."""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass

# As long as the sign-in itself lives: people look for a password or a second step meanwhile.
PENDING_SECONDS = 30 * 60


@dataclass(frozen=True, kw_only=True)
class PendingAuthorization:
    """One way to a provider and back.

    :ivar state: names the sign-in, and 256 random bits.
    :ivar verifier: PKCE's secret, "" when a version began it that sent none to Yahoo.
    :ivar started: Unix time.
    """

    provider: str
    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    started: int

    @property
    def challenge(self) -> str:
        """The verifier's hash, which goes along in the open (RFC 7636, 4.2: S256).

        It goes to every provider: Yahoo names no methods, but asks newer clients for it, and a
        provider that does not know it ignores it (RFC 6749, 3.1).
        """
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def pending_for(
    stored: PendingAuthorization | None, *, state: str, provider: str
) -> PendingAuthorization | None:
    """Return ``stored`` if ``state`` belongs to it: this browser's, this provider's, and recent."""
    if stored is None:
        return None
    same = hmac.compare_digest(stored.state.encode(), state.encode("utf-8", "surrogatepass"))
    fresh = time.time() - stored.started <= PENDING_SECONDS
    return stored if same and fresh and stored.provider == provider else None
