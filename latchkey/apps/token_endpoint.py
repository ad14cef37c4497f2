"""Rules of the token endpoint: which app gets tokens for a code, and what goes on to Nylas.

Sources: Nylas API reference, ``POST /v3/connect/token`` and ``GET /v3/connect/tokeninfo``;
RFC 6749, 4.1.3 and 5; RFC 7636, 4.6; RFC 9700, 2.1.1.
"""

import hmac
import logging
from collections.abc import Mapping
from typing import Any

from latchkey.apps import pkce
from latchkey.apps.codes import AuthorizationCodes, CodeRefused, Ticket
from latchkey.apps.id_tokens import IdTokens
from latchkey.apps.return_addresses import ReturnAddresses
from latchkey.apps.webhooks import SignInReference, Webhooks
from latchkey.infra import logs
from latchkey.infra.marks import MarksUnavailable
from latchkey.infra.store import RateLimited, Store
from latchkey.nylas import NylasClient, TokenAnswer

# What is passed on to Nylas, and nothing else that a caller may send along.
_PASSED_ON = {
    "refresh_token": ("client_id", "client_secret", "grant_type", "refresh_token", "redirect_uri"),
    "client_credentials": ("client_id", "client_secret", "grant_type", "grant_id"),
}
_TOKENS = ("access_token", "id_token")
_CLAIMS = ("iss", "aud", "sub", "email", "iat", "exp")
# Calls a second that callers without the API key may cause at Nylas; apps ask once per session.
_STRANGERS_PER_SECOND = 20
_BEARER = "bearer "


class TokenRefused(Exception):
    """No token: an error of RFC 6749, 5.2, its description, and the status.

    :ivar wait: whole seconds after which another try is worth it, 0 when none is.
    """

    def __init__(self, error: str, description: str, status: int = 400, *, wait: int = 0) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status
        self.wait = wait


class TokenEndpoint:
    """Exchanges codes for tokens, and answers for this application's client id alone.

    :param secret: of the application: its API key, as at Nylas.
    :param secret_required: whether the secret is asked for beside PKCE, too.
    """

    def __init__(
        self,
        *,
        nylas: NylasClient,
        store: Store,
        codes: AuthorizationCodes,
        id_tokens: IdTokens,
        return_addresses: ReturnAddresses,
        webhooks: Webhooks,
        secret: str,
        secret_required: bool,
    ) -> None:
        self._nylas = nylas
        self._store = store
        self._codes = codes
        self._id_tokens = id_tokens
        self._return_addresses = return_addresses
        self._webhooks = webhooks
        self._secret = secret
        self._secret_required = secret_required

    def token(self, given: Mapping[str, str], *, issuer: str) -> TokenAnswer:
        """Answer a token request.

        :param issuer: this page's own address, for the ID token.
        :raises TokenRefused: there is no token.
        :raises UpstreamError: Nylas cannot be asked.
        """
        kind = given.get("grant_type", "")
        if kind == "authorization_code":
            return self._exchange(given, issuer)
        if kind not in _PASSED_ON:
            error = "unsupported_grant_type" if kind else "invalid_request"
            raise TokenRefused(error, "grant_type must be authorization_code, refresh_token or "
                                      "client_credentials")  # fmt: skip
        self._check_client(given, secret_needed=self._secret_required or kind != "refresh_token")
        if "client_secret" not in given:
            self._pace_strangers()
        passed = {name: given[name] for name in _PASSED_ON[kind] if name in given}
        return _answered(self._nylas.token(passed))

    def inspect(self, given: Mapping[str, str], *, authorization: str) -> TokenAnswer:
        """Say whose token it is: our own ID tokens are read here, access tokens by Nylas.

        :param authorization: the header of the request; SDKs of servers send the API key in it.
        :raises TokenRefused: it is no token of this application.
        :raises UpstreamError: Nylas cannot be asked.
        """
        query = {name: given[name] for name in _TOKENS if given.get(name)}
        if len(query) != 1:
            raise TokenRefused("invalid_request", "Give one access_token or one id_token")
        client_id = self._return_addresses.client_id()
        claims = self._id_tokens.read(query.get("id_token", ""), client_id=client_id)
        if claims is None:
            return self._inspect_at_nylas(query, client_id, authorization)
        data = {name: claims[name] for name in _CLAIMS if name in claims}
        return TokenAnswer(status=200, content={"request_id": logs.request_id(), "data": data})

    def _inspect_at_nylas(
        self, query: Mapping[str, str], client_id: str, authorization: str
    ) -> TokenAnswer:
        if authorization[: len(_BEARER)].lower() == _BEARER:
            if not _same(authorization[len(_BEARER) :], self._secret):
                raise TokenRefused("invalid_client", "The key is not the API key", 401)
            return _answered(self._nylas.token_info(query, with_key=True))
        self._pace_strangers()
        answer = _answered(self._nylas.token_info(query, with_key=False))
        data = answer.content.get("data")
        if answer.status == 200 and not self._is_of_this_application(data, client_id):
            raise TokenRefused("invalid_request", "The token is not one of this application")
        return answer

    def _is_of_this_application(self, data: Any, client_id: str) -> bool:
        """Tell whether token info is about a grant of ours.

        Nylas documents no fixed meaning of ``aud``, so a grant that is ours is proof, too.
        """
        if not isinstance(data, Mapping):
            return False
        subject = data.get("sub")
        return data.get("aud") == client_id or (
            isinstance(subject, str) and self._nylas.has_grant(subject)
        )

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
        self._check_client(given, secret_needed=False)
        ticket = self._codes.read(given["code"])
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

    def _check_client(self, given: Mapping[str, str], *, secret_needed: bool) -> None:
        if given.get("client_id") != self._return_addresses.client_id():
            description = "client_id is not that of the Nylas application"
            raise TokenRefused("invalid_client", description, 401)
        secret = given.get("client_secret")
        if secret is None and secret_needed:
            raise TokenRefused("invalid_client", "client_secret is missing", 401)
        if secret is not None and not _same(secret, self._secret):
            raise TokenRefused("invalid_client", "client_secret is not the API key", 401)

    def _pace_strangers(self) -> None:
        try:
            self._store.reserve("token strangers", limit=_STRANGERS_PER_SECOND, seconds=1.0)
        except RateLimited:
            raise TokenRefused("temporarily_unavailable", "Too many calls", 429, wait=1) from None

    def _tokens(self, ticket: Ticket, issuer: str) -> dict[str, Any]:
        answer = self._nylas.token_for(ticket.grant_id, client_id=ticket.client_id)
        access_token = answer.content.get("access_token")
        if answer.status != 200 or not isinstance(access_token, str):
            logs.event(
                "nylas", level=logging.WARNING, detail=f"{answer.status} to client_credentials"
            )
            raise TokenRefused("temporarily_unavailable", "Nylas gave no access token", 503)
        names = ("expires_in", "scope", "token_type")
        usual = {"expires_in": 3600, "scope": "", "token_type": "Bearer"}
        return {
            "access_token": access_token,
            **{name: answer.content.get(name, usual[name]) for name in names},
            "grant_id": ticket.grant_id,
            "provider": ticket.provider,
            **({"email": ticket.email} if ticket.email else {}),
            "id_token": self._id_tokens.issue(ticket, issuer=issuer),
        }


def _answered(answer: TokenAnswer) -> TokenAnswer:
    if not answer.content:
        raise TokenRefused("temporarily_unavailable", "Nylas does not answer", 503)
    return answer


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
