"""Signed links, for people whom the app knows already: they connect this address and no other.

A link is ``<payload>.<signature>``, both in base64url without padding. The payload is JSON with
``email``, ``exp`` (Unix time), ``id`` (random, for use once) and, if wanted, ``provider``. The
signature is the HMAC-SHA256 of "latchkey-link:" and the payload, as it stands in the link, under
the Nylas API key, which app and page share anyway.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from latchkey.connect import Connected, Failed, Outcome
from latchkey.infra.store import Store
from latchkey.problems import Problem
from latchkey.problems.apps import LINK_BROKEN, LINK_OLD, LINK_USED
from latchkey.problems.nylas import OTHER_ADDRESS, OUTCOME_UNKNOWN
from latchkey.providers import PROVIDERS
from latchkey.providers.email_address import MAX_EMAIL

LONGEST_SECONDS = 30 * 24 * 60 * 60
_EMAIL = re.compile(rf"\S{{1,{MAX_EMAIL}}}")
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_PREFIX = b"latchkey-link:"


class LinkRefused(Exception):
    """The link is no good.

    :ivar problem: why.
    :ivar back: takes the person to the app, "" when it is not known.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind)
        self.problem = problem
        self.back = ""


@dataclass(frozen=True, kw_only=True)
class LinkClaims:
    """What a link settles: this address, this provider if it names one, once, until ``exp``."""

    id: str
    email: str
    exp: int
    provider: str = ""


class SignedLinks:
    """Makes links, reads them, and sees to it that each connects one account at most.

    :param api_key: Nylas's.
    """

    def __init__(self, api_key: str, store: Store) -> None:
        self._key = api_key.encode()
        self._store = store

    def make(self, email: str, *, provider: str = "", seconds: int) -> str:
        """Return a link's text, good for ``seconds``."""
        link_claims = {
            "email": email,
            "exp": int(time.time()) + seconds,
            "id": secrets.token_urlsafe(12),
        }
        if provider:
            link_claims["provider"] = provider
        payload = _encode(json.dumps(link_claims).encode())
        return f"{payload}.{self._sign(payload)}"

    def read(self, link: str) -> LinkClaims:
        """Return what the link settles.

        :raises LinkRefused: it is not signed by the app, too old, or used.
        """
        payload, _, signature = link.partition(".")
        expected = self._sign(payload)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogatepass")):
            raise LinkRefused(LINK_BROKEN)
        link_claims = _pin(payload)
        now = time.time()
        if link_claims.exp <= now:
            raise LinkRefused(LINK_OLD)
        if self._store.get(_used(link_claims)):
            raise LinkRefused(LINK_USED)
        return link_claims

    def once(self, link_claims: LinkClaims | None, send: Callable[[], Outcome]) -> Outcome:
        """Return the outcome of ``send``, unless the link was used before or is being used.

        It can be used again when no account came of it.
        """
        if link_claims is None:
            return send()
        if not self._store.add(_used(link_claims), 1, seconds=LONGEST_SECONDS):
            return Failed(problem=LINK_USED, detail="link used")
        outcome: Outcome = Failed(problem=LINK_USED)
        try:
            outcome = _as_pinned(link_claims, send())
        finally:
            if isinstance(outcome, Failed) and outcome.problem is not OUTCOME_UNKNOWN:
                self._store.take(_used(link_claims))
        return outcome

    def _sign(self, payload: str) -> str:
        message = _PREFIX + payload.encode("utf-8", "surrogatepass")
        return _encode(hmac.digest(self._key, message, hashlib.sha256))


def _as_pinned(link_claims: LinkClaims, outcome: Outcome) -> Outcome:
    """An account with another address is not what the app asked for.

    Names that are no address, as some mail servers have them, tell nothing.
    """
    if isinstance(outcome, Connected):
        found = outcome.grant.email
        if "@" in found and found.lower() != link_claims.email.lower():
            return Failed(problem=OTHER_ADDRESS, detail="grant of another address", account=found)
    return outcome


def _pin(payload: str) -> LinkClaims:
    try:
        given = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        link_claims = LinkClaims(**given)
        good = (
            _ID.fullmatch(link_claims.id)
            and _EMAIL.fullmatch(link_claims.email)
            and link_claims.exp + 0 <= time.time() + LONGEST_SECONDS
            and link_claims.provider in ("", *PROVIDERS)
        )
    except (binascii.Error, ValueError, TypeError, RecursionError):
        good = None
    if not good:
        raise LinkRefused(LINK_BROKEN)
    return link_claims


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _used(link_claims: LinkClaims) -> str:
    return f"link:{link_claims.id}"
