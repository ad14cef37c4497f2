"""Rules of the token endpoint: which app gets tokens for a code, and what goes on to Nylas.

Sources: Nylas API reference, ``POST /v3/connect/token``; RFC 6749, 4.1.3 and 5; RFC 7636, 4.6;
RFC 9700, 2.1.1.
"""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from latchkey.apps import pkce
from latchkey.apps.codes import AuthorizationCodes, CodeRefused, Ticket
from latchkey.apps.id_tokens import IdTokens
from latchkey.apps.token_caller import TokenCallers, TokenRefused, answered, is_visible
from latchkey.apps.webhooks import SignInReference, Webhooks
from latchkey.infra import logs
from latchkey.infra.marks import MarksUnavailable
from latchkey.nylas import NylasClient, TokenAnswer

# What is passed on to Nylas, and nothing else that a caller may send along.
_PASSED_ON = {
    "refresh_token": ("client_id", "client_secret", "grant_type", "refresh_token", "redirect_uri"),
    "client_credentials": ("client_id", "client_secret", "grant_type", "grant_id"),
}
_ABOUT = {"refresh_token": "refresh_token", "client_credentials": "grant_id"}
# What is said of a token, where Nylas says nothing of that kind.
_USUAL = {"expires_in": 3600, "scope": "", "token_type": "Bearer"}


class TokenEndpoint:
    """Exchanges codes for tokens, and answers for this application's client id alone.

    :param secret_required: whether the secret is asked for beside PKCE, too.
    """

    def __init__(
        self,
        *,
        nylas: NylasClient,
        codes: AuthorizationCodes,
        id_tokens: IdTokens,
        callers: TokenCallers,
        webhooks: Webhooks,
        secret_required: bool,
    ) -> None:
        self._nylas = nylas
        self._codes = codes
        self._id_tokens = id_tokens
        self._callers = callers
        self._webhooks = webhooks
        self._secret_required = secret_required

    def token(self, given: Mapping[str, str], *, authorization: str, issuer: str) -> TokenAnswer:
        """Answer a token request.

        :param authorization: the header of the request.
        :param issuer: this page's own address, for the ID token.
        :raises TokenRefused: there is no token.
        :raises UpstreamError: Nylas cannot be asked.
        """
        given = self._callers.with_secret(given, authorization)
        kind = given.get("grant_type", "")
        if kind == "authorization_code":
            return self._exchange(given, issuer)
        if kind not in _PASSED_ON:
            error = "unsupported_grant_type" if kind else "invalid_request"
            raise TokenRefused(error, "grant_type must be authorization_code, refresh_token or "
                                      "client_credentials")  # fmt: skip
        if not is_visible(given.get(_ABOUT[kind], "")):
            raise TokenRefused("invalid_request", f"{_ABOUT[kind]} is missing, or none")
        self._callers.check(given, secret_needed=self._secret_required or kind != "refresh_token")
        passed = {name: given[name] for name in _PASSED_ON[kind] if name in given}
        if "client_secret" in given:
            return self._pass_on(passed)
        return self._callers.as_stranger(partial(self._pass_on, passed))

    def _pass_on(self, passed: Mapping[str, str]) -> TokenAnswer:
        return answered(self._nylas.token(passed))

    def _exchange(self, given: Mapping[str, str], issuer: str) -> TokenAnswer:
        try:
            ticket = self._ticket(given)
            self._codes.use(ticket)
            try:
                token = self._tokens(ticket, issuer)
            except BaseException:
                # The app may try again: nothing came of the code.
                self._codes.release(ticket)
                raise
        except CodeRefused:
            # One answer for all that can be wrong with a code.
            description = "The code is wrong, too old, or was used before"
            raise TokenRefused("invalid_grant", description) from None
        except MarksUnavailable as unavailable:
            raise TokenRefused(
                "temporarily_unavailable", "Codes cannot be checked right now", 503,
                wait=unavailable.wait,
            ) from None  # fmt: skip
        logs.event("token", provider=ticket.provider, outcome="exchanged")
        self._webhooks.connected(
            SignInReference(
                sign_in=ticket.visit, state=ticket.state, provider=ticket.provider,
                email=ticket.email,
            ),
            grant_id=ticket.grant_id,
            reconnected=ticket.reconnected,
        )  # fmt: skip
        return TokenAnswer(status=200, content=token)

    def _ticket(self, given: Mapping[str, str]) -> Ticket:
        """The ticket of the code, if it is this app that asks, as it asked for the code."""
        for name in ("code", "client_id", "redirect_uri"):
            if name not in given:
                raise TokenRefused("invalid_request", f"{name} is missing")
        # What is no code of ours is refused before Nylas may have to be asked for the client id.
        ticket = self._codes.read(given["code"])
        self._callers.check(given, secret_needed=False)
        if "client_secret" not in given and (self._secret_required or not ticket.challenge):
            raise TokenRefused("invalid_client", "client_secret is missing", 401)
        verifier = given.get("code_verifier", "")
        if ticket.challenge:
            proved = pkce.proves(verifier, challenge=ticket.challenge, method=ticket.method)
        else:
            # A proof that was not asked for means that two sign-ins were mixed up (RFC 9700).
            proved = not verifier
        if not proved:
            raise TokenRefused("invalid_grant", "code_verifier does not belong to the code")
        bound = {"client_id": ticket.client_id, "redirect_uri": ticket.redirect_uri}
        for name, value in bound.items():
            if given[name] != value:
                raise TokenRefused("invalid_grant", f"{name} is not the one of the code")
        return ticket

    def _tokens(self, ticket: Ticket, issuer: str) -> dict[str, Any]:
        answer = self._nylas.token_for(ticket.grant_id, client_id=ticket.client_id)
        said = answer.content
        access_token = said.get("access_token")
        if not (200 <= answer.status < 300 and isinstance(access_token, str) and access_token):
            logs.event(
                "nylas", level=logging.WARNING, detail=f"{answer.status} to client_credentials"
            )
            raise TokenRefused(
                "temporarily_unavailable", "Nylas gave no access token", 503,
                wait=answer.retry_after,
            )  # fmt: skip
        return {
            "access_token": access_token,
            **{
                name: said[name] if type(said.get(name)) is type(usual) else usual
                for name, usual in _USUAL.items()
            },
            "grant_id": ticket.grant_id,
            "provider": ticket.provider,
            **({"email": ticket.email} if ticket.email else {}),
            "id_token": self._id_tokens.issue(ticket, issuer=issuer),
        }
