"""The authorization code flow with the company's own client, once for all providers.

Rules: RFC 6749 (flow), RFC 7636 (PKCE), RFC 9207 (issuer), RFC 9700 (best current practice). What a
provider does differently stands in its entry in ``signin.providers.oauth``.

oauth/
├── trip     what a browser must bring back from the provider
├── answers  what providers answer, read with suspicion
└── client   the way there, the exchange of the code, and whose account it is
"""

from signin.oauth.answers import refused_by
from signin.oauth.client import OAuthClient, Tokens
from signin.oauth.trip import Trip, store, trip_of

__all__ = ["OAuthClient", "Tokens", "Trip", "refused_by", "store", "trip_of"]
