"""Hands people over from an app and back to it, as Nylas's Hosted auth does.

handoff/
├── addresses  where people may be sent back to
├── request    what an app asks for when it sends somebody here
├── answer     what the app hears with the person, when they come back
├── pkce       how an app proves that it is the one that asked
├── codes      one-time codes that apps exchange for tokens
├── idtokens   tells the app, signed, which account was connected
└── links      signed links for people whom the app knows already
"""

from signin.handoff.addresses import ReturnAddresses
from signin.handoff.codes import CodeRefused, Codes, Ticket
from signin.handoff.idtokens import IdTokens
from signin.handoff.links import LinkRefused, Links, Pin
from signin.handoff.request import AppRequest, RequestRefused, Untrusted, read_request

__all__ = [
    "AppRequest",
    "CodeRefused",
    "Codes",
    "IdTokens",
    "LinkRefused",
    "Links",
    "Pin",
    "RequestRefused",
    "ReturnAddresses",
    "Ticket",
    "Untrusted",
    "read_request",
]
