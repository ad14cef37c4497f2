"""Signed links, for users whom the app knows already: they connect this address and no other.

A link carries a JSON Web Token (RFC 7519), signed with HS256 under ``LINK_KEY``: ``aud`` is
``latchkey-link``, ``email``, ``exp`` (Unix time), ``jti`` (random, for use once) and, if wanted,
``provider``, ``state``, ``redirect_uri`` and ``brand``. What is in it wins over the address bar.
"""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt

from latchkey.connect import Connected, Failed, Outcome
from latchkey.infra import logs
from latchkey.infra.marks import MarksUnavailable, UsedMarks
from latchkey.problems import Problem
from latchkey.problems.apps import LINK_BROKEN, LINK_OFF, LINK_OLD, LINK_USED, LINK_WAITS
from latchkey.problems.nylas import OTHER_ADDRESS, OUTCOME_UNKNOWN
from latchkey.providers import PROVIDERS
from latchkey.providers.email_address import MAX_EMAIL

AUDIENCE = "latchkey-link"
LONGEST_SECONDS = 30 * 24 * 60 * 60
MOST_MISMATCHES = 3
# Kinds of problems that say: the account that was signed in to is not the link's.
MISMATCHES = frozenset({"account_mismatch", OTHER_ADDRESS.kind})

_ALGORITHM = "HS256"
_USED = "link"
_MISMATCH = "link mismatch"
# "typ" and "kid" change nothing; an extension that has to be understood is not (RFC 7515, 4.1.11).
_HEADERS = frozenset({"alg", "typ", "kid"})
_REQUIRED = frozenset({"aud", "email", "exp", "jti"})
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "email": re.compile(rf"\S{{1,{MAX_EMAIL}}}"),
    "jti": re.compile(r"[A-Za-z0-9._~:-]{8,128}"),
    "provider": re.compile("|".join(PROVIDERS)),
    "state": re.compile(r".{1,256}", re.S),
    "redirect_uri": re.compile(r"[!-~]{1,1000}"),
    "brand": re.compile(r"[A-Za-z0-9_-]{1,40}"),
    "iss": re.compile(r".{1,200}", re.S),
}


class LinkRefused(Exception):
    """The link is no good.

    :ivar problem: why.
    :ivar back: leads the user back to the app, "" when it is not known.
    :ivar claims: the link's, None when they cannot be read or trusted.
    """

    def __init__(self, problem: Problem, claims: "LinkClaims | None" = None) -> None:
        super().__init__(problem.kind)
        self.problem = problem
        self.back = ""
        self.claims = claims


@dataclass(frozen=True, kw_only=True)
class LinkClaims:
    """What a link settles: this address, once, until ``exp``.

    :ivar id: names the link: its ``jti``, keyed with the key that signed it.
    :ivar provider: the only one to connect with, "" when any will do.
    :ivar state: the app's own, "" when the address bar may name it; so with ``redirect_uri``.
    :ivar brand: which of the operator's brands the pages show, "" for the usual one.
    """

    id: str
    email: str
    exp: int
    provider: str = ""
    state: str = ""
    redirect_uri: str = ""
    brand: str = ""


class SignedLinks:
    """Makes links, reads them, and sees to it that each connects one account at most.

    :param keys: ``LINK_KEY`` first, then its fallbacks; empty when links are off.
    """

    def __init__(self, keys: Sequence[str], marks: UsedMarks) -> None:
        self._keys = keys
        self._marks = marks

    @property
    def trouble(self) -> str:
        """Why no link works, in the operator's words; "" when they do."""
        if not self._keys:
            return "LINK_KEY is not set"
        return self._marks.trouble

    def make(self, email: str, *, seconds: int, **more: str) -> str:
        """Return a link's text, good for ``seconds``.

        :param more: optional claims, see ``LinkClaims``; those that are "" are left out.
        """
        claims = {
            "aud": AUDIENCE,
            "email": email,
            "exp": int(time.time()) + seconds,
            "jti": secrets.token_urlsafe(16),
            **{name: value for name, value in more.items() if value},
        }
        return jwt.encode(claims, self._keys[0], algorithm=_ALGORITHM)

    def read(self, link: str) -> LinkClaims:
        """Return what the link settles.

        :raises LinkRefused: it is not signed by the app, too old, used, or cannot be checked now.
        """
        if not self._keys:
            raise LinkRefused(LINK_OFF)
        claims = self._claims(link)
        if claims.exp <= time.time():
            raise LinkRefused(LINK_OLD, claims)
        if self._marks.trouble:
            raise LinkRefused(LINK_WAITS, claims)
        try:
            used = self._marks.is_spent(_USED, claims.id)
        except MarksUnavailable:
            raise LinkRefused(LINK_WAITS, claims) from None
        if used:
            raise LinkRefused(LINK_USED, claims)
        return claims

    def redeem(
        self,
        claims: LinkClaims | None,
        send: Callable[[], Outcome],
        replay: Callable[[], Outcome | None] = lambda: None,
    ) -> Outcome:
        """Return the outcome of ``send``, unless the link was used before or is being used.

        The link is good again when no account came of it, except after too many accounts that
        were not its own.

        :param replay: the outcome of an earlier, identical submission, None when there was none;
            it must not send anything.
        """
        if claims is None:
            return send()
        try:
            if not self._marks.spend(_USED, claims.id, seconds=LONGEST_SECONDS):
                return replay() or Failed(problem=LINK_USED, detail="link used")
        except MarksUnavailable as unavailable:
            return Failed(problem=LINK_WAITS, detail="marks unavailable", wait=unavailable.wait)
        outcome: Outcome = Failed(problem=LINK_USED)
        try:
            outcome = _as_claimed(claims, send())
        finally:
            self._settle(claims, outcome)
        return outcome

    def _settle(self, claims: LinkClaims, outcome: Outcome) -> None:
        """Decide whether the link stays used up."""
        if isinstance(outcome, Connected) or outcome.problem is OUTCOME_UNKNOWN:
            return
        try:
            if outcome.problem.kind in MISMATCHES and self._is_one_too_many(claims):
                logs.event("handoff", outcome="link spent", detail="too many other accounts")
                return
            self._marks.release(_USED, claims.id)
        except MarksUnavailable:
            # The safe side: what cannot be released stays used up.
            logs.event("handoff", outcome="link spent", detail="marks unavailable")

    def _is_one_too_many(self, claims: LinkClaims) -> bool:
        count = self._marks.count(
            _MISMATCH, claims.id, most=MOST_MISMATCHES, seconds=LONGEST_SECONDS
        )
        return count >= MOST_MISMATCHES

    def _claims(self, link: str) -> LinkClaims:
        for key in self._keys:
            try:
                header = jwt.get_unverified_header(link)
                # Time and audience are checked below, more strictly than the library does.
                given = jwt.decode(
                    link,
                    key,
                    algorithms=[_ALGORITHM],
                    options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
                )
            except (jwt.InvalidTokenError, ValueError, RecursionError):
                continue
            if header.keys() <= _HEADERS and _is_well_formed(given):
                return _link_claims(given, key)
        raise LinkRefused(LINK_BROKEN)


def _is_well_formed(given: Mapping[str, Any]) -> bool:
    """Tell whether the claims are all known, there, and of their kind (RFC 8725, 3.9 and 3.11)."""
    if not given.keys() >= _REQUIRED or given["aud"] != AUDIENCE:
        return False
    if type(given["exp"]) is not int or given["exp"] > time.time() + LONGEST_SECONDS:
        return False
    others = {name: value for name, value in given.items() if name not in ("aud", "exp", "iat")}
    return all(
        name in _PATTERNS and isinstance(value, str) and _PATTERNS[name].fullmatch(value)
        for name, value in others.items()
    )


def _link_claims(given: Mapping[str, Any], key: str) -> LinkClaims:
    optional = ("provider", "state", "redirect_uri", "brand")
    # Keyed with the link's own key: the name holds as long as the link does, whatever other keys
    # are changed meanwhile, and says nothing to those who see it in a store.
    digest = hmac.digest(key.encode(), b"used link:" + given["jti"].encode(), hashlib.sha256)
    return LinkClaims(
        id=digest.hex()[:32],
        email=given["email"],
        exp=given["exp"],
        **{name: given[name] for name in optional if name in given},
    )


def _as_claimed(claims: LinkClaims, outcome: Outcome) -> Outcome:
    """An account with another address is not what the app asked for.

    Names that are no address, as some mail servers have them, tell nothing.
    """
    if isinstance(outcome, Connected):
        found = outcome.grant.email
        if "@" in found and found.lower() != claims.email.lower():
            return Failed(problem=OTHER_ADDRESS, detail="grant of another address", account=found)
    return outcome
