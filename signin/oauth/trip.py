"""What this browser must bring back from the provider; kept in the sealed cookie meanwhile."""

import hmac
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

TRIP_SECONDS = 10 * 60


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One way to a provider and back.

    :ivar state: names the sign-in, and 256 random bits.
    :ivar verifier: PKCE's secret, "" where the provider knows no PKCE.
    :ivar started: Unix time.
    """

    provider: str
    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    started: int


def trip_of(stored: Mapping[str, Any], *, state: str, provider: str) -> Trip | None:
    """Return the trip that ``state`` belongs to: this browser's, this provider's, and recent."""
    if not stored:
        return None
    trip = Trip(**stored)
    same = hmac.compare_digest(trip.state.encode(), state.encode("utf-8", "surrogatepass"))
    fresh = time.time() - trip.started <= TRIP_SECONDS
    return trip if same and fresh and trip.provider == provider else None


def store(trip: Trip) -> dict[str, Any]:
    """Return what ``trip_of`` reads."""
    return asdict(trip)
