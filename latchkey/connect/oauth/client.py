"""The company's client at one provider: the way there, and what comes of a code.

The refresh token goes to Nylas unused, as Yahoo and Zoom take back a token that was used.
"""

import copy
import secrets
import time
from collections.abc import Sequence
from urllib.parse import quote, urlencode, urljoin

from config import Client
from latchkey.connect.oauth.answers import (
    GRAPHS,
    IDENTITY,
    SIGN_IN_ONLY,
    claims_of,
    missing_scopes,
    read_json,
    short,
)
from latchkey.connect.oauth.calls import OAuthCalls
from latchkey.connect.oauth.endpoints import endpoints_of
from latchkey.connect.oauth.pending import PendingAuthorization
from latchkey.connect.oauth.tokens import Tokens
from latchkey.infra.addresses import is_same_origin
from latchkey.infra.errors import BadAnswer, UpstreamError
from latchkey.infra.http import HttpClient
from latchkey.providers import OAuth, Provider
from latchkey.providers.model import Account, Claims

TOKEN_SECONDS = 20.0
USERINFO_SECONDS = 10.0
REVOKE_SECONDS = 5.0


class OAuthClient:
    """Talks to one provider as the company's client."""

    def __init__(
        self, http: HttpClient, provider: Provider, oauth: OAuth, client: Client, *, tenant: str
    ) -> None:
        self._client = client
        self._oauth = oauth
        self._endpoints = endpoints_of(oauth.endpoints, client.endpoints, tenant=tenant)
        self._calls = OAuthCalls(
            http, client, key=provider.key, basic=oauth.basic, endpoints=self._endpoints
        )
        self.provider = provider
        self.scopes = client.scopes or oauth.scopes

    def asking_for(self, scopes: Sequence[str]) -> "OAuthClient":
        """Return this client with other permissions to ask for, besides who signs in."""
        client = copy.copy(self)
        identity = [scope for scope in self.scopes if short(scope) in IDENTITY]
        client.scopes = tuple(dict.fromkeys([*identity, *scopes]))
        return client

    @property
    def client_id(self) -> str:
        """The client's public name, as registered at the provider."""
        return self._client.id

    def begin(self, *, sign_in: str, redirect_uri: str) -> PendingAuthorization:
        """Prepare an authorization request for the sign-in of this id."""
        return PendingAuthorization(
            provider=self.provider.key,
            state=f"{sign_in}.{secrets.token_urlsafe(32)}",
            nonce=secrets.token_urlsafe(16),
            verifier=secrets.token_urlsafe(48),
            redirect_uri=redirect_uri,
            started=int(time.time()),
        )

    def authorization_url(
        self,
        pending: PendingAuthorization,
        *,
        email: str,
        other_account: bool = False,
        prompt: str = "",
    ) -> str:
        """Where the person goes.

        :param email: "" when no address was typed.
        :param other_account: the provider shall let the person pick an account.
        :param prompt: what the app wants the provider to ask about the account, "" for nothing.
        """
        query = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": pending.redirect_uri,
            "state": pending.state,
            "code_challenge": pending.challenge,
            "code_challenge_method": "S256",
            **self._oauth.extra,
        }
        if self.scopes:
            query["scope"] = " ".join(self.scopes)
        if "openid" in self.scopes:
            query["nonce"] = pending.nonce
        query |= self._oauth.about_account(email, "select_account" if other_account else prompt)
        address = self._endpoints["authorize"]
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query, quote_via=quote)}"

    def admin_consent_url(self, *, domain: str, redirect_uri: str, state: str = "") -> str:
        """Where an administrator of ``domain`` can approve the app; "" where there is no such page.

        :param state: comes back with the administrator, see ``Approvals``.

        Source: Microsoft identity platform, "admin consent".
        """
        if "adminconsent" not in self._endpoints:
            return ""
        scopes = [scope for scope in self.scopes if short(scope) not in SIGN_IN_ONLY]
        userinfo = self._endpoints["userinfo"]
        graph = next((graph for graph in GRAPHS if userinfo.startswith(graph)), GRAPHS[0])
        query = {
            "client_id": self._client.id,
            "scope": " ".join(scope if "://" in scope else graph + scope for scope in scopes),
            "redirect_uri": redirect_uri,
            **({"state": state} if state else {}),
        }
        address = self._endpoints["adminconsent"].format(organisation=domain)
        return f"{urljoin(redirect_uri, address)}?{urlencode(query, quote_via=quote)}"

    def is_from_here(self, pending: PendingAuthorization, issuer: str) -> bool:
        """Tell whether ``iss`` of a callback is this provider: same origin as its sign-in page."""
        authorize = urljoin(pending.redirect_uri, self._endpoints["authorize"])
        return is_same_origin(issuer, authorize)

    def exchange(self, pending: PendingAuthorization, code: str) -> Tokens:
        """Turn the code into tokens.

        :raises ProviderRefused: the provider says no.
        :raises NotSent, OutcomeUnknown, BadAnswer: it cannot be asked, or its answer is none.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": pending.redirect_uri,
        }
        if pending.verifier:
            form["code_verifier"] = pending.verifier
        answer = self._calls.post("token", form, seconds=TOKEN_SECONDS)
        content = read_json(answer)
        access_token = content.get("access_token")
        if not isinstance(access_token, str) or not access_token:
            raise BadAnswer("token answer without access token")
        refresh_token = content.get("refresh_token")
        return Tokens(
            refresh_token=refresh_token if isinstance(refresh_token, str) else "",
            access_token=access_token,
            claims=claims_of(
                content.get("id_token"), client_id=self._client.id, nonce=pending.nonce
            ),
            missing=missing_scopes(self.scopes, content.get("scope")),
        )

    def account(self, tokens: Tokens, *, expected: str) -> Account:
        """Find out whose account it is; userinfo is asked when the ID token does not settle it.

        :param expected: the address that the account should have, "" for any.
        """
        account = self._oauth.account(tokens.claims, {})
        settled = account.proves(expected) if expected else account.proven
        return account if settled else self._oauth.account(tokens.claims, self._userinfo(tokens))

    @property
    def can_revoke(self) -> bool:
        """Whether the provider has an endpoint for that (RFC 7009)."""
        return "revoke" in self._endpoints

    def revoke(self, tokens: Tokens) -> None:
        """Revoke unused tokens where that is possible."""
        if not self.can_revoke:
            return
        try:
            self._calls.post(
                "revoke",
                {"token": tokens.refresh_token or tokens.access_token},
                seconds=REVOKE_SECONDS,
            )
        except UpstreamError:
            # The user reads about the first problem; the token was kept nowhere in any case.
            return

    def _userinfo(self, tokens: Tokens) -> Claims:
        def ask(query: str) -> Claims:
            return self._calls.get(
                "userinfo", tokens.access_token, seconds=USERINFO_SECONDS, query=query
            )

        query = self._oauth.userinfo_query
        try:
            # Personal accounts may lack a property that was asked for by name.
            return ask(query) or (ask("") if query else {})
        except UpstreamError:
            # Not knowing is an answer too; whether it is good enough is decided elsewhere.
            return {}
