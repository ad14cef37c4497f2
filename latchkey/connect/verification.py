"""Verification: the grant that Nylas returns is compared with the mailbox that was asked for.

Nylas keeps one grant for each address and refreshes it with whatever it is given (Nylas docs,
"Grant lifecycle"). So a sign-in is only as good as the comparison of what came back.
"""

import time
from dataclasses import dataclass

from latchkey.connect.grant_state import GrantStates
from latchkey.connect.outcome import Connected, Failed, Outcome
from latchkey.infra import logs
from latchkey.infra.errors import UpstreamError
from latchkey.nylas import Grant, NylasClient
from latchkey.problems import Problem
from latchkey.problems.mailbox import ACCOUNT_MISMATCH, ADDRESS_UNKNOWN, LOGIN_SHARED
from latchkey.problems.nylas import OTHER_ADDRESS
from latchkey.providers.same_mailbox import same_mailbox

# Clocks of two machines differ by so much at most; unknown times are given the benefit of less.
_CLOCK_SECONDS = 60
_CLOSE_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class ExpectedMailbox:
    """Whose mailbox a sign-in is about.

    :ivar address: the address that was typed or that a link names, "" for none.
    :ivar login: the name that is sent to Nylas, "" where a token is sent instead.
    :ivar unique_login: the login name belongs to one mailbox in the world, as an address does.
    :ivar pinned: a signed link names the address, so no other mailbox is accepted.
    """

    address: str
    login: str = ""
    unique_login: bool = True
    pinned: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What the grant may be filed under at Nylas."""
        return (self.login, self.address)

    @property
    def has_other_login(self) -> bool:
        """Whether a login name is sent that is not the address in one of its spellings."""
        return bool(self.login) and not same_mailbox(self.login, self.address)


class Verification:
    """One sign-in's view of what Nylas has and returns.

    :ivar state: what the ``connect/custom`` call of this sign-in carries.
    """

    def __init__(self, client: NylasClient, states: GrantStates, expected: ExpectedMailbox) -> None:
        self._client = client
        self._states = states
        self._expected = expected
        self._started = time.time()
        self._had_grant = False
        self.state = states.make(expected.address)

    def refuse_before(self) -> Failed | None:
        """Refuse a login name under which Nylas has a grant of another mailbox.

        To be asked before anything is sent: Nylas would refresh that grant with these credentials.

        :raises UpstreamError: it cannot be found out.
        """
        expected = self._expected
        if expected.unique_login:
            return None
        for grant in self._client.find_grants(expected.login):
            if not self._is_own(grant):
                return Failed(problem=LOGIN_SHARED, detail="login of another grant")
            self._had_grant = True
        return None

    def verify(self, grant: Grant) -> Outcome:
        """Return the outcome of a sign-in that made or refreshed ``grant``."""
        expected = self._expected
        if not expected.address or same_mailbox(grant.email, expected.address):
            return Connected(grant=grant)
        if expected.pinned:
            return self._refused(grant, ACCOUNT_MISMATCH if grant.email else ADDRESS_UNKNOWN)
        if not expected.unique_login:
            known = self._is_recognised(grant)
            return Connected(grant=grant) if known else self._refused(grant, LOGIN_SHARED)
        if expected.has_other_login:
            return self._refused(grant, OTHER_ADDRESS)
        return Connected(grant=grant)

    def _is_own(self, grant: Grant) -> bool:
        """Whether an earlier sign-in here, for the same address, made the grant what it is."""
        address = self._expected.address
        return same_mailbox(grant.email, address) or self._states.is_for(grant.state, address)

    def _is_recognised(self, grant: Grant) -> bool:
        """Whether a grant without an address can only be this sign-in's."""
        same_name = grant.email.casefold() == self._expected.login.casefold()
        carries_state = grant.state == self.state
        return same_name and carries_state and (self._had_grant or self._is_new(grant))

    def _refused(self, grant: Grant, problem: Problem) -> Failed:
        deleted = self._is_new(grant) and self._delete(grant)
        return Failed(
            problem=problem,
            account=grant.email,
            detail=f"grant of another mailbox, {'deleted' if deleted else 'left as it is'}",
            mismatch=True,
        )

    def _is_new(self, grant: Grant) -> bool:
        """Whether this sign-in made the grant; a refreshed one is older than its last sign-in."""
        if not grant.authenticated:
            return grant.created >= self._started - _CLOSE_SECONDS
        first = grant.authenticated - grant.created <= _CLOSE_SECONDS
        return first and grant.created >= self._started - _CLOCK_SECONDS

    def _delete(self, grant: Grant) -> bool:
        try:
            self._client.delete_grant(grant.id)
        except UpstreamError as error:
            logs.event("grant", outcome="not_deleted", detail=str(error))
            return False
        return True
