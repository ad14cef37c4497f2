"""The calls, each within a time limit of its own."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from latchkey.infra.errors import BadAnswer, UpstreamError
from latchkey.infra.http import HttpClient, SendSlot
from latchkey.infra.metrics import UpstreamCall
from latchkey.nylas.answers import read_json, refused
from latchkey.nylas.calls import NylasCalls
from latchkey.nylas.errors import Refused, is_key_refused
from latchkey.nylas.records import (
    Application,
    Connector,
    Detection,
    Grant,
    TokenAnswer,
    application_of,
    connector_of,
    grant_of,
)

DETECT_SECONDS = 3.0
LOOKUP_SECONDS = 5.0
TOKEN_SECONDS = 10.0
# Nylas ends a request after 90 s by its documentation, after 120 s by its command line tool.
GRANT_SECONDS = 120.0

_MOST_CONNECTORS = "50"  # one connector for each kind of provider: a page is all there is

_DETECT = UpstreamCall("nylas_detect")
_CONNECTORS = UpstreamCall("nylas_connectors")
_APPLICATION = UpstreamCall("nylas_application")
_GRANT = UpstreamCall("nylas_connect_custom")
_LOOKUP = UpstreamCall("nylas_grants")
_DELETION = UpstreamCall("nylas_grant_deletion")
_TOKEN = UpstreamCall("nylas_token")
_TOKEN_INFO = UpstreamCall("nylas_tokeninfo")


class NylasClient(NylasCalls):
    """Calls one Nylas application.

    :param base_url: region, without a slash at the end.
    :param api_key: its key; sent as a bearer token and never part of an error.
    """

    def __init__(self, http: HttpClient, *, base_url: str, api_key: str) -> None:
        super().__init__(http, base_url=base_url, api_key=api_key)
        self._key_refused = False

    def at(self, base_url: str) -> "NylasClient":
        """Return a client with the same key for another region."""
        return NylasClient(self._http, base_url=base_url, api_key=self._api_key)

    def clock(self) -> float:
        """Return Nylas's time in Unix seconds, 0 when it does not tell (RFC 9110, 6.6.1)."""
        answer = self._http.send(
            "GET", f"{self._base_url}/v3/connectors", call=_CONNECTORS, seconds=DETECT_SECONDS,
            headers=self._headers, params={"limit": "1"},
        )  # fmt: skip
        try:
            return parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
        except ValueError:
            return 0.0

    def detect(self, email: str) -> Detection:
        """Ask which provider serves ``email``. Nylas answers 20 of these a minute."""
        data = self._data(
            _DETECT, "POST", "/v3/providers/detect", params={"email": email}, seconds=DETECT_SECONDS
        )
        if not isinstance(data, dict) or not isinstance(data.get("detected"), bool):
            raise BadAnswer("detect")
        provider = data.get("provider")
        known = data["detected"] and isinstance(provider, str)
        return Detection(provider=str(provider) if known else "")

    def connectors(self) -> tuple[Connector, ...]:
        """List the application's connectors."""
        data = self._list_connectors(_MOST_CONNECTORS)
        if not isinstance(data, list):
            raise BadAnswer("connectors")
        return tuple(connector for entry in data if (connector := connector_of(entry)))

    def application(self) -> Application:
        """Tell which application this is."""
        data = self._data(_APPLICATION, "GET", "/v3/applications", seconds=DETECT_SECONDS)
        if (application := application_of(data)) is None:
            raise BadAnswer("applications")
        return application

    def create_grant(
        self,
        provider: str,
        settings: Mapping[str, Any],
        *,
        scope: Sequence[str] = (),
        state: str,
        send_slot: SendSlot = nullcontext,
    ) -> Grant:
        """Let Nylas sign in with these credentials, once (``POST /v3/connect/custom``).

        An address that has a grant already keeps its grant id.

        :param state: what the grant is recognised by afterwards, up to 256 characters.
        :param send_slot: makes the context to send the first byte in.
        """
        body = {"provider": provider, "settings": dict(settings), "state": state}
        if scope:
            body["scope"] = list(scope)
        data = self._data(
            _GRANT,
            "POST",
            "/v3/connect/custom",
            body=body,
            seconds=GRANT_SECONDS,
            send_slot=send_slot,
        )
        if (grant := grant_of(data)) is None:
            raise BadAnswer("connect/custom")
        return grant

    def grant(self, grant_id: str) -> Grant:
        """Return a grant as Nylas keeps it (``GET /v3/grants/{id}``)."""
        data = self._data(_LOOKUP, "GET", _grant_path(grant_id), seconds=LOOKUP_SECONDS)
        if (grant := grant_of(data)) is None or grant.id != grant_id:
            raise BadAnswer("grant")
        return grant

    def delete_grant(self, grant_id: str) -> None:
        """Delete a grant for good (``DELETE /v3/grants/{id}``); one that is gone is no error."""
        answer = self._send(_DELETION, "DELETE", _grant_path(grant_id), seconds=LOOKUP_SECONDS)
        if not 200 <= answer.status < 300 and answer.status != 404:
            raise refused(answer, read_json(answer))

    def find_grants(self, email: str) -> tuple[Grant, ...]:
        """List the grants of an address."""
        data = self._data(
            _LOOKUP, "GET", "/v3/grants", params={"email": email}, seconds=LOOKUP_SECONDS
        )
        if not isinstance(data, list):
            raise BadAnswer("grants")
        return tuple(grant for entry in data if (grant := grant_of(entry)))

    def accepts_key(self) -> bool:
        """Tell by a cheap call whether a 401 was about the API key (False) or something else."""
        try:
            self._list_connectors("1")
        except Refused as error:
            if not is_key_refused(error):
                raise
            return False
        return True

    def answers(self) -> bool:
        """Tell by a cheap call whether Nylas answers at all, be it with a refusal."""
        try:
            self._list_connectors("1")
        except Refused as error:
            return error.refusal.status < 500
        except UpstreamError:
            return False
        return True

    @property
    def key_refused(self) -> bool:
        """Whether Nylas refused the API key when it was last asked for connectors."""
        return self._key_refused

    def _list_connectors(self, limit: str) -> Any:
        """The one call that needs nothing but the key, so a 401 can be about nothing else."""
        try:
            data = self._data(
                _CONNECTORS, "GET", "/v3/connectors", params={"limit": limit},
                seconds=DETECT_SECONDS,
            )  # fmt: skip
        except Refused as error:
            self._key_refused = is_key_refused(error) or self._key_refused
            raise
        self._key_refused = False
        return data

    def token(self, request: Mapping[str, str]) -> TokenAnswer:
        """Pass a token request on (RFC 6749, 3.2); its content authenticates the client."""
        answer = self._http.send(
            "POST", f"{self._base_url}/v3/connect/token", call=_TOKEN, seconds=TOKEN_SECONDS,
            json=dict(request),
        )  # fmt: skip
        return TokenAnswer(status=answer.status, content=read_json(answer))

    def token_for(self, grant_id: str, *, client_id: str) -> TokenAnswer:
        """Ask for an access token for a grant of this application (client credentials)."""
        return self.token(
            {
                "client_id": client_id,
                "client_secret": self._api_key,
                "grant_type": "client_credentials",
                "grant_id": grant_id,
            }
        )

    def has_grant(self, grant_id: str) -> bool:
        """Tell whether the application has this grant."""
        try:
            self._data(_LOOKUP, "GET", _grant_path(grant_id), seconds=LOOKUP_SECONDS)
        except Refused as error:
            if error.refusal.status not in (400, 404):
                raise
            return False
        return True

    def token_info(self, query: Mapping[str, str], *, with_key: bool) -> TokenAnswer:
        """Pass a question about a token on.

        :param with_key: whether our API key goes along; Nylas needs none.
        """
        answer = self._http.send(
            "GET", f"{self._base_url}/v3/connect/tokeninfo", call=_TOKEN_INFO,
            seconds=LOOKUP_SECONDS, headers=self._headers if with_key else None, params=query,
        )  # fmt: skip
        return TokenAnswer(status=answer.status, content=read_json(answer))


def _grant_path(grant_id: str) -> str:
    # What Nylas named is data like any other: it must not lead to another path.
    return f"/v3/grants/{quote(grant_id, safe='')}"
