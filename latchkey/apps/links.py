"""Signed links, for users whom the app knows already: they connect this address and no other."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from latchkey.apps.link_claims import (
    LONGEST_SECONDS,
    ClaimsRefused,
    LinkClaims,
    read_link,
    sign_link,
)
from latchkey.connect import Connected, Failed, Outcome
from latchkey.infra import logs
from latchkey.infra.codec import UnknownShape, from_json, to_json
from latchkey.infra.marks import MarksUnavailable, UsedMarks
from latchkey.infra.sealing import SealBroken, Sealer
from latchkey.problems import Problem
from latchkey.problems.apps import (
    LINK_BROKEN,
    LINK_IN_USE,
    LINK_OFF,
    LINK_OLD,
    LINK_USED,
    LINK_WAITS,
)
from latchkey.problems.mailbox import ACCOUNT_MISMATCH
from latchkey.problems.nylas import OTHER_ADDRESS, OUTCOME_UNKNOWN

MOST_MISMATCHES = 3
# Kinds of problems that say: the account that was signed in to is not the link's.
MISMATCHES = frozenset({ACCOUNT_MISMATCH.kind, OTHER_ADDRESS.kind})

_USED = "link"
# Besides, while what the link is used for is under way.
_IN_USE = "link in use"
# Longer than a submission takes; until then it may be a process that was killed.
_IN_USE_SECONDS = 5 * 60.0
_MISMATCH = "link mismatch"


class LinkRefused(Exception):
    """The link is refused.

    :ivar problem: why.
    :ivar back: leads the user back to the app, "" when it is not known.
    :ivar claims: the link's, None when they cannot be read or trusted.
    """

    def __init__(self, problem: Problem, claims: LinkClaims | None = None) -> None:
        super().__init__(problem.kind)
        self.problem = problem
        self.back = ""
        self.claims = claims


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
        return sign_link(email, self._keys[0], seconds=seconds, **more)

    def carry(self, claims: LinkClaims) -> str:
        """Return a text that settles the same as the link did, and is used up together with it.

        It takes a sign-in from a frame to the window around it, which has other cookies.
        """
        return self._sealer().seal(to_json(claims))

    def read(self, link: str) -> LinkClaims:
        """Return what the link, or what was carried of one, settles.

        :raises LinkRefused: it is not signed by the app, too old, used, in use, or cannot be
            checked now.
        """
        if not self._keys:
            raise LinkRefused(LINK_OFF)
        try:
            claims = read_link(link, self._keys)
        except ClaimsRefused:
            claims = self._read_carried(link)
        if claims.exp <= time.time():
            raise LinkRefused(LINK_OLD, claims)
        if self._marks.trouble:
            raise LinkRefused(LINK_WAITS, claims)
        try:
            if not self._marks.is_spent(_USED, claims.id):
                return claims
            # Nobody knows yet whether it will be good again.
            in_use = self._marks.is_spent(_IN_USE, claims.id)
        except MarksUnavailable:
            raise LinkRefused(LINK_WAITS, claims) from None
        raise LinkRefused(LINK_IN_USE if in_use else LINK_USED, claims)

    def _sealer(self) -> Sealer:
        return Sealer(self._keys, purpose="carried link")

    def _read_carried(self, text: str) -> LinkClaims:
        try:
            return from_json(LinkClaims, self._sealer().open(text, max_age=LONGEST_SECONDS))
        except (SealBroken, UnknownShape):
            raise LinkRefused(LINK_BROKEN) from None

    def redeem(
        self,
        claims: LinkClaims | None,
        send: Callable[[], Outcome],
        replay: Callable[[], Outcome | None] = lambda: None,
        submission: str = "",
    ) -> Outcome:
        """Return the outcome of ``send``, unless the link was used before or is being used.

        The link is good again when no account came of it, except after too many accounts that
        were not its own.

        :param replay: the outcome of an earlier, identical submission, None when there was none;
            it must not send anything.
        :param submission: names what is sent: the same again is no other account. "" is always one.
        """
        if claims is None:
            return send()
        try:
            if not self._marks.spend(_USED, claims.id, seconds=LONGEST_SECONDS):
                return replay() or Failed(problem=LINK_USED, detail="link used")
        except MarksUnavailable as unavailable:
            return Failed(problem=LINK_WAITS, detail="marks unavailable", wait=unavailable.wait)
        outcome: Outcome = Failed(problem=LINK_USED)
        with self._in_use(claims):
            try:
                outcome = send()
            finally:
                self._settle(claims, outcome, submission)
        return outcome

    @contextmanager
    def _in_use(self, claims: LinkClaims) -> Iterator[None]:
        """Who opens the link meanwhile is asked to wait; it is used up all the same."""
        with suppress(MarksUnavailable):
            self._marks.spend(_IN_USE, claims.id, seconds=_IN_USE_SECONDS)
        try:
            yield
        finally:
            with suppress(MarksUnavailable):
                self._marks.release(_IN_USE, claims.id)

    def _settle(self, claims: LinkClaims, outcome: Outcome, submission: str) -> None:
        """Decide whether the link stays used up."""
        if isinstance(outcome, Connected) or outcome.problem is OUTCOME_UNKNOWN:
            return
        try:
            other = outcome.mismatch or outcome.problem.kind in MISMATCHES
            if other and self._is_one_too_many(claims, submission):
                logs.event("handoff", outcome="link spent", detail="too many other accounts")
                return
            self._marks.release(_USED, claims.id)
        except MarksUnavailable:
            # The safe side: what cannot be released stays used up.
            logs.event("handoff", outcome="link spent", detail="marks unavailable")

    def _is_one_too_many(self, claims: LinkClaims, submission: str) -> bool:
        named = f"{claims.id}:{submission}"
        if submission and not self._marks.spend(_MISMATCH, named, seconds=LONGEST_SECONDS):
            # It was counted when it was sent; this is its remembered outcome.
            return False
        count = self._marks.count(
            _MISMATCH, claims.id, most=MOST_MISMATCHES, seconds=LONGEST_SECONDS
        )
        return count >= MOST_MISMATCHES
