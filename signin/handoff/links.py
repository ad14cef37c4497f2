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
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from signin.forms import MAX_EMAIL
from signin.problems import Problem
from signin.problems.handoff import LINK_BROKEN, LINK_OLD, LINK_USED
from signin.problems.nylas import OTHER_ADDRESS, OUTCOME_UNKNOWN
from signin.providers import PROVIDERS
from signin.store import Store
from signin.submission import Connected, Failed, Outcome

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
class Pin:
    """What a link settles: this address, this provider if it names one, once, until ``exp``."""

    id: str
    email: str
    exp: int
    provider: str = ""

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> "Pin | None":
        """Return what was packed, None when that was nothing."""
        return cls(**packed) if packed else None

    def pack(self) -> dict[str, Any]:
        """Return the pin as the cookie holds it."""
        return asdict(self)


class Links:
    """Makes links, reads them, and sees to it that each connects one account at most.

    :param api_key: Nylas's.
    """

    def __init__(self, api_key: str, store: Store) -> None:
        self._key = api_key.encode()
        self._store = store

    def make(self, email: str, *, provider: str = "", seconds: int) -> str:
        """Return a link's text, good for ``seconds``."""
        pin = {"email": email, "exp": int(time.time()) + seconds, "id": secrets.token_urlsafe(12)}
        if provider:
            pin["provider"] = provider
        payload = _encode(json.dumps(pin).encode())
        return f"{payload}.{self._sign(payload)}"

    def read(self, link: str) -> Pin:
        """Return what the link settles.

        :raises LinkRefused: it is not signed by the app, too old, or used.
        """
        payload, _, signature = link.partition(".")
        expected = self._sign(payload)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogatepass")):
            raise LinkRefused(LINK_BROKEN)
        pin = _pin(payload)
        now = time.time()
        if pin.exp <= now:
            raise LinkRefused(LINK_OLD)
        if self._store.get(_used(pin)):
            raise LinkRefused(LINK_USED)
        return pin

    def once(self, pin: Pin | None, send: Callable[[], Outcome]) -> Outcome:
        """Return the outcome of ``send``, unless the link was used before or is being used.

        It can be used again when no account came of it.
        """
        if pin is None:
            return send()
        if not self._store.add(_used(pin), 1, seconds=LONGEST_SECONDS):
            return Failed(problem=LINK_USED, detail="link used")
        outcome: Outcome = Failed(problem=LINK_USED)
        try:
            outcome = _as_pinned(pin, send())
        finally:
            if isinstance(outcome, Failed) and outcome.problem is not OUTCOME_UNKNOWN:
                self._store.take(_used(pin))
        return outcome

    def _sign(self, payload: str) -> str:
        message = _PREFIX + payload.encode("utf-8", "surrogatepass")
        return _encode(hmac.digest(self._key, message, hashlib.sha256))


def _as_pinned(pin: Pin, outcome: Outcome) -> Outcome:
    """An account with another address is not what the app asked for.

    Names that are no address, as some mail servers have them, tell nothing.
    """
    if isinstance(outcome, Connected):
        found = outcome.grant.email
        if "@" in found and found.lower() != pin.email.lower():
            return Failed(problem=OTHER_ADDRESS, detail="grant of another address", account=found)
    return outcome


def _pin(payload: str) -> Pin:
    try:
        given = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        pin = Pin(**given)
        good = (
            _ID.fullmatch(pin.id)
            and _EMAIL.fullmatch(pin.email)
            and pin.exp + 0 <= time.time() + LONGEST_SECONDS
            and pin.provider in ("", *PROVIDERS)
        )
    except (binascii.Error, ValueError, TypeError, RecursionError):
        good = None
    if not good:
        raise LinkRefused(LINK_BROKEN)
    return pin


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _used(pin: Pin) -> str:
    return f"link:{pin.id}"
