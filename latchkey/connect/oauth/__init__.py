"""The authorization code flow with the company's own client, once for all providers.

Rules: RFC 6749 (flow), RFC 7636 (PKCE), RFC 9207 (issuer), RFC 9700 (best current practice). What a
provider does differently is in its entry in ``latchkey.providers.oauth_entries``.

oauth/
├── pending        what a browser must bring back from the provider
├── used_states    each state counts once
├── approvals      what administrators bring back
├── answers        what providers answer, read with suspicion
├── endpoints      addresses of a provider
├── calls          one call, as the company's client
├── client         the way there, the exchange of the code, and whose account it is
└── authorization  from a code to a Nylas grant
"""

from latchkey.connect.oauth.answers import IDENTITY, refused_by, short
from latchkey.connect.oauth.approvals import Approvals
from latchkey.connect.oauth.client import OAuthClient
from latchkey.connect.oauth.pending import PendingAuthorization, pending_for
from latchkey.connect.oauth.tokens import Tokens
from latchkey.connect.oauth.used_states import UsedStates

__all__ = [
    "IDENTITY",
    "Approvals",
    "OAuthClient",
    "PendingAuthorization",
    "Tokens",
    "UsedStates",
    "pending_for",
    "refused_by",
    "short",
]
