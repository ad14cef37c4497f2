"""Submission: the core act. Credentials, or an authorization code, go to Nylas once.

The order, in one place for both ways:

1. redeem   a signed link is used up, outside idempotency: no remembered outcome can replace it
2. once     across threads and processes; the same form again gets the outcome of the first time
3. guard    the limits and counters of the layer above
4. refuse   what may not be sent, before it is
5. connect  at Nylas's pace, with a second look when no answer came
6. verify   the grant that came back is the mailbox that was asked for
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from latchkey.connect.attempt import Attempt, Credentials, Send
from latchkey.connect.connecting import GrantRequest, connect, failed_by
from latchkey.connect.grant_state import GrantStates
from latchkey.connect.idempotency import IdempotentSubmissions, Submission
from latchkey.connect.oauth.authorization import check_account, exchange, may_revoke
from latchkey.connect.oauth.client import OAuthClient
from latchkey.connect.oauth.pending import PendingAuthorization
from latchkey.connect.outcome import Connected, Failed, Outcome
from latchkey.connect.pacing import Pacer
from latchkey.connect.verification import ExpectedMailbox, Verification
from latchkey.infra.errors import UpstreamError
from latchkey.nylas import NylasClient
from latchkey.problems.evidence import MISCONFIGURED
from latchkey.problems.nylas import AMBIGUOUS, BAD_KEY, NYLAS_DOWN, RATE_LIMITED
from latchkey.problems.service import BLOCKED, FORBIDDEN
from latchkey.providers import Provider
from latchkey.providers.model import Account


class Submissions:
    """Submits to one Nylas application."""

    def __init__(
        self,
        nylas: NylasClient,
        pacer: Pacer,
        idempotency: IdempotentSubmissions,
        states: GrantStates,
    ) -> None:
        self._nylas = nylas
        self._pacer = pacer
        self._idempotency = idempotency
        self._states = states

    def submit_password(self, attempt: Attempt, credentials: Credentials) -> Outcome:
        """Let Nylas sign in with a password. Never raises what Nylas or the network do."""
        expected = ExpectedMailbox(
            address=attempt.address,
            login=credentials.login,
            unique_login=credentials.unique_login,
            pinned=bool(attempt.link),
        )

        def send() -> Outcome:
            return self._connect(
                attempt.provider,
                expected,
                settings=credentials.settings,
                names=expected.names,
                scope=credentials.scope,
            )

        return self._submit(attempt, credentials.form, send)

    def submit_authorization_code(
        self,
        attempt: Attempt,
        client: OAuthClient,
        pending: PendingAuthorization,
        code: str,
        *,
        credential_id: str = "",
    ) -> Outcome:
        """Exchange a provider's code and hand the refresh token to Nylas, unused.

        :param credential_id: of the connector's credential at Nylas to use, "" for the usual one.
        """
        form = {"state": pending.state, "code": code}
        return self._submit(
            attempt, form, lambda: self._connect_code(attempt, client, pending, code, credential_id)
        )

    def _connect_code(
        self,
        attempt: Attempt,
        client: OAuthClient,
        pending: PendingAuthorization,
        code: str,
        credential_id: str,
    ) -> Outcome:
        tokens = exchange(client, pending, code)
        if isinstance(tokens, Failed):
            return tokens
        expected = ExpectedMailbox(address=attempt.address, pinned=bool(attempt.link))
        account = client.account(tokens, expected=expected.address)
        outcome: Outcome | None = check_account(client, tokens, account, expected)
        if outcome is None:
            typed = {"refresh_token": tokens.refresh_token}
            settings = attempt.provider.settings(expected.address, typed)
            if credential_id:
                settings["credential_id"] = credential_id
            outcome = self._connect(
                attempt.provider,
                expected,
                settings=settings,
                names=(expected.address, *account.addresses),
            )
        if client.can_revoke and may_revoke(outcome) and not self._may_have_grant(account):
            client.revoke(tokens)
        return outcome

    def _may_have_grant(self, account: Account) -> bool:
        """Tell whether Nylas may have a grant of the account from before.

        Google takes away all tokens of an account and a client with the first that is revoked.
        """
        try:
            return not account.addresses or any(map(self._nylas.find_grants, account.addresses))
        except UpstreamError:
            return True

    def _submit(self, attempt: Attempt, form: Mapping[str, str], send: Send) -> Outcome:
        key = self._idempotency.key(
            Submission(
                sign_in=attempt.sign_in,
                salt=attempt.salt,
                provider=attempt.provider.key,
                address=attempt.address,
                link=attempt.link,
                form=form,
            )
        )
        guarded = attempt.guard(send)
        return attempt.redeem(
            lambda: self._idempotency.once(key, guarded),
            lambda: self._idempotency.replay(key),
            key,
        )

    def _connect(
        self,
        provider: Provider,
        expected: ExpectedMailbox,
        *,
        settings: Mapping[str, Any],
        names: Sequence[str],
        scope: Sequence[str] = (),
    ) -> Outcome:
        verification = Verification(self._nylas, self._states, expected)
        try:
            if refused := verification.refuse_before():
                return refused
        except UpstreamError as error:
            return _not_looked_up(failed_by(error, provider))
        request = GrantRequest(
            provider=provider,
            settings=settings,
            names=names,
            state=verification.state,
            scope=scope,
        )
        outcome = connect(self._nylas, self._pacer, request)
        return verification.verify(outcome.grant) if isinstance(outcome, Connected) else outcome


def _not_looked_up(failed: Failed) -> Failed:
    """What a look-up that failed means for the user: no credentials were sent or judged."""
    if failed.problem is AMBIGUOUS:
        return replace(failed, problem=BAD_KEY)
    known = (BAD_KEY, BLOCKED, FORBIDDEN, MISCONFIGURED, RATE_LIMITED)
    return failed if failed.problem in known else replace(failed, problem=NYLAS_DOWN)
