"""What an app asks for when it sends a user here: the query of Nylas's Hosted auth, checked.

Source: Nylas API reference, ``GET /v3/connect/auth``; RFC 6749, 4.1.1; RFC 7636, 4.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from latchkey.apps import pkce
from latchkey.apps.denial import denial_of
from latchkey.apps.parameters import ERRORS, READERS
from latchkey.apps.return_addresses import ReturnAddresses
from latchkey.infra.codec import to_json
from latchkey.infra.sealing import pack

MOST_STATE_BYTES = 1024  # Nylas's 256 characters; clients of OAuth send longer ones in ASCII
# It travels in a cookie, which has to hold more than this.
_MOST_BYTES = 1800


class UntrustedRequest(Exception):
    """It is not known where this user should go back to, so they are not sent anywhere.

    The text says why, for the log.
    """


class RequestRefused(Exception):
    """The app's request is refused with an error response (RFC 6749, 4.1.2.1).

    :ivar url: takes the person back to the app with the error.
    """

    def __init__(self, error: str, description: str, url: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.url = url


@dataclass(frozen=True, kw_only=True)
class AppRequest:
    """A request of an app, good in all its parts.

    :ivar redirect_uri: where the user goes back to; an allowed address, as the app wrote it.
    :ivar state: the app's own; it gets it back as it was, and ``nonce`` in the ID token.
    :ivar providers: the only ones to choose from, in this order; empty for all.
    :ivar choose: show the providers before the address is asked for.
    :ivar account_prompt: ``prompt`` for the provider: ``select_account`` or ``login``, "" without.
    :ivar login_hint: an address to begin with, which the person may change.
    :ivar scope: permissions to ask for at the provider instead of the usual ones.
    :ivar challenge: PKCE's, "" without; ``method`` is one of ``pkce.METHODS``.
    :ivar credential_id: the connector's credential at Nylas that the grant is made with.
    :ivar smtp_required: IMAP mailboxes must be able to send.
    :ivar theme: "light" or "dark", where the brand allows it; "" without a wish.
    """

    client_id: str
    redirect_uri: str
    state: str = ""
    providers: tuple[str, ...] = ()
    choose: bool = False
    account_prompt: str = ""
    login_hint: str = ""
    scope: tuple[str, ...] = ()
    nonce: str = ""
    challenge: str = ""
    method: str = ""
    credential_id: str = ""
    smtp_required: bool = False
    theme: str = ""

    def back(self, **answer: str) -> str:
        """Return the address that takes the person, with ``answer`` and state, to the app."""
        query = answer | ({"state": self.state} if self.state else {})
        joint = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{joint}{urlencode(query)}"

    def denied(self, kind: str = "") -> str:
        """Return the address that takes a person without an account to the app.

        :param kind: of the last problem; "" for a user who had none, and cancelled.
        """
        return self.back(**denial_of(kind))

    def refused(self, error: str, description: str) -> RequestRefused:
        """Return the error response. Its number, which SDKs need, is that of HTTP."""
        url = self.back(error=error, error_description=description, error_code="400")
        return RequestRefused(error, description, url)

    def query(self) -> dict[str, str]:
        """Return the query of ``/v3/connect/auth`` that asks for the same again."""
        # Not left out: several providers without a word of ours would be shown first.
        ours = "select_provider" if self.choose else "detect"
        query = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "state": self.state,
            "provider": ",".join(self.providers),
            "prompt": ",".join(filter(None, (ours, self.account_prompt))),
            "login_hint": self.login_hint,
            "scope": " ".join(self.scope),
            "nonce": self.nonce,
            "code_challenge": self.challenge,
            "code_challenge_method": self.method,
            "credential_id": self.credential_id,
            "options": "smtp_required" if self.smtp_required else "",
            "theme": self.theme,
        }
        return {name: value for name, value in query.items() if value}


def read_request(
    query: MultiDict[str, str],
    addresses: ReturnAddresses,
    *,
    complete: bool,
    plain_allowed: bool = True,
) -> AppRequest:
    """Read a request.

    :param complete: as Nylas wants it. On the first page, an address to go back to is enough.
    :param plain_allowed: whether PKCE's method ``plain`` is good enough.
    :raises UntrustedRequest: it is not sure that it comes from one of our apps.
    :raises RequestRefused: it does, but something in it is wrong.
    :raises UpstreamError: Nylas has to be asked about its application, and cannot be.
    """
    given = {name: values[0] for name, values in query.lists() if values[0]}
    repeated = [name for name, values in query.lists() if len(values) > 1]
    request = AppRequest(
        client_id=_read_client_id(given, repeated, addresses, complete=complete),
        redirect_uri=_read_redirect_uri(given, repeated, addresses),
        state=given.get("state", ""),
    )
    _require_sound(request, given, repeated, complete=complete)
    whole = _read_rest(request, given)
    if problem := _challenge_problem(whole, plain_allowed=plain_allowed):
        raise request.refused("invalid_request", problem)
    return whole


def _read_client_id(
    given: Mapping[str, str], repeated: list[str], addresses: ReturnAddresses, *, complete: bool
) -> str:
    ours = addresses.client_id()
    if "client_id" in repeated or given.get("client_id", "" if complete else ours) != ours:
        raise UntrustedRequest("client_id is not that of the Nylas application")
    return ours


def _read_redirect_uri(
    given: Mapping[str, str], repeated: list[str], addresses: ReturnAddresses
) -> str:
    uri = given.get("redirect_uri", "")
    if "redirect_uri" in repeated or not uri or not addresses.allow(uri):
        raise UntrustedRequest("redirect_uri is not allowed")
    return uri


def _require_sound(
    request: AppRequest, given: Mapping[str, str], repeated: list[str], *, complete: bool
) -> None:
    for name in repeated:
        if name in READERS or name == "state":
            raise request.refused("invalid_request", f"{name} must be given once")
    if len(request.state.encode()) > MOST_STATE_BYTES:
        raise request.refused("invalid_request", f"state is longer than {MOST_STATE_BYTES} bytes")
    if complete and "response_type" not in given:
        raise request.refused("invalid_request", "response_type is missing")


def _read_rest(request: AppRequest, given: Mapping[str, str]) -> AppRequest:
    values: dict[str, Any] = {}
    for name, read in READERS.items():
        if name in given:
            try:
                values |= read(given[name])
            except ValueError as wrong:
                error = ERRORS.get(name, "invalid_request")
                raise request.refused(error, f"{name} {wrong}") from None
    if values.get("challenge"):
        values = {"method": "plain", **values}
    elif values.get("method"):
        raise request.refused("invalid_request", "code_challenge is missing")
    whole = AppRequest(**{**vars(request), **values})
    if len(pack(to_json(whole))) > _MOST_BYTES:
        raise request.refused("invalid_request", "the parameters are too long together")
    return whole


def _challenge_problem(request: AppRequest, *, plain_allowed: bool) -> str:
    if request.method == "plain" and not plain_allowed:
        return "code_challenge_method must be S256"
    if request.challenge and not pkce.is_possible(request.challenge, method=request.method):
        return "code_challenge is not one of S256"
    return ""
