"""Takes users over from an app and leads them back to it, as Nylas's Hosted auth does.

apps/
├── return_addresses  where users may be sent back to
├── request           what an app asks for when it sends a user here
├── parameters        how each parameter of it is read
├── denial            what the app is sent with a user who comes back without a grant
├── pkce              how an app proves that it is the one that asked
├── codes             one-time codes that apps exchange for tokens
├── token_caller      who asks for tokens
├── token_endpoint    which app gets tokens, and what goes on to Nylas
├── token_info        whose token it is
├── id_tokens         signed statements about which account was connected
├── links             signed links for users whom the app knows already
├── link_claims       what a link may say
└── webhooks          how sign-ins went, for the app's server
"""

from latchkey.apps.codes import AuthorizationCodes, CodeRefused, Ticket
from latchkey.apps.id_tokens import IdTokens
from latchkey.apps.link_claims import LinkClaims
from latchkey.apps.links import LinkRefused, SignedLinks
from latchkey.apps.request import AppRequest, RequestRefused, UntrustedRequest, read_request
from latchkey.apps.return_addresses import ReturnAddresses
from latchkey.apps.token_caller import TokenCallers, TokenRefused
from latchkey.apps.token_endpoint import TokenEndpoint
from latchkey.apps.token_info import TokenInfo

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
    "TokenCallers",
    "TokenEndpoint",
    "TokenInfo",
    "TokenRefused",
    "UntrustedRequest",
    "read_request",
]
