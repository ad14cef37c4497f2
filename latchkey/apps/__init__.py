"""Takes users over from an app and leads them back to it, as Nylas's Hosted auth does.

apps/
├── return_addresses  where users may be sent back to
├── request           what an app asks for when it sends a user here
├── parameters        how each parameter of it is read
├── denial            what the app is sent with a user who comes back without a grant
├── pkce              how an app proves that it is the one that asked
├── codes             one-time codes that apps exchange for tokens
├── token_endpoint    which app gets tokens, and what goes on to Nylas
├── id_tokens         signed statements about which account was connected
├── links             signed links for users whom the app knows already
└── webhooks          how sign-ins went, for the app's server
"""

from latchkey.apps.codes import AuthorizationCodes, CodeRefused, Ticket
from latchkey.apps.id_tokens import IdTokens
from latchkey.apps.links import LinkClaims, LinkRefused, SignedLinks
from latchkey.apps.request import AppRequest, RequestRefused, UntrustedRequest, read_request
from latchkey.apps.return_addresses import ReturnAddresses
from latchkey.apps.token_endpoint import TokenEndpoint, TokenRefused

__all__ = [
    "AppRequest",
    "AuthorizationCodes",
    "CodeRefused",
    "IdTokens",
    "LinkClaims",
    "LinkRefused",
    "RequestRefused",
    "ReturnAddresses",
    "SignedLinks",
    "Ticket",
    "TokenEndpoint",
    "TokenRefused",
    "UntrustedRequest",
    "read_request",
]
