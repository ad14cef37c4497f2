"""One Nylas application: what it can do, which provider serves an address, and the other calls."""

from email.utils import parsedate_to_datetime
from typing import Any

from latchkey.infra.errors import BadAnswer, UpstreamError
from latchkey.infra.http import HttpClient
from latchkey.infra.upstream_call import UpstreamCall
from latchkey.nylas.errors import Refused, is_key_refused
from latchkey.nylas.grants import GrantCalls
from latchkey.nylas.records import (
    Application,
    Connector,
    Detection,
    application_of,
    connector_of,
)
from latchkey.nylas.tokens import TokenCalls

DETECT_SECONDS = 3.0

_MOST_CONNECTORS = "50"  # one connector for each kind of provider: a page is all there is

_DETECT = UpstreamCall("nylas_detect")
_CONNECTORS = UpstreamCall("nylas_connectors")
_APPLICATION = UpstreamCall("nylas_application")


class NylasClient(GrantCalls, TokenCalls):
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
        except (ValueError, OverflowError):  # a year or a time zone of thirty digits
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
