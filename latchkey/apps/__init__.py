"""Hands people over from an app and back to it, as Nylas's Hosted auth does.

handoff/
├── addresses  where people may be sent back to
├── request    what an app asks for when it sends a person here
├── parameters how each parameter of it is read
├── answer     what the app hears with the person, when they come back
├── pkce       how an app proves that it is the one that asked
├── codes      one-time codes that apps exchange for tokens
├── idtokens   tells the app, signed, which account was connected
└── links      signed links for people whom the app knows already
"""

from latchkey.apps.codes import AuthorizationCodes, CodeRefused, Ticket
from latchkey.apps.id_tokens import IdTokens
from latchkey.apps.links import LinkClaims, LinkRefused, SignedLinks
from latchkey.apps.request import AppRequest, RequestRefused, UntrustedRequest, read_request
from latchkey.apps.return_addresses import ReturnAddresses

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
    "UntrustedRequest",
    "read_request",
]
