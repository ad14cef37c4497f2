"""The few calls to Nylas that a sign-in needs, typed in and out; raises only ``NylasError``.

Everything here is documented by Nylas (API reference of v3: providers/detect, connectors,
connect/custom, grants), but no live answer was ever seen, so answers are read with suspicion:
only the fields used here are looked at, and only when they have the right type.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from signin.errors import BadAnswer, Refusal, Refused
from signin.upstream import Answer, Upstream

DETECT_SECONDS = 3.0
LOOKUP_SECONDS = 5.0
# Nylas ends a request after 90 s by its documentation, after 120 s by its command line tool.
GRANT_SECONDS = 120.0

_MOST_CONNECTORS = "50"  # one connector for each kind of provider: a page is all there is
_LONGEST_WAIT = 3600  # seconds; a larger Retry-After is taken as this
_LONGEST_TEXT = 320  # an e-mail address with the longest parts that RFC 5321 allows
_TYPE = re.compile("[A-Za-z0-9_.]{1,100}")


@dataclass(frozen=True, kw_only=True)
class Detection:
    """What Nylas knows of an address's domain; ``provider`` is "" when it knows nothing."""

    provider: str = ""


@dataclass(frozen=True, kw_only=True)
class Connector:
    """A provider that the Nylas application can make grants for.

    :ivar client_id: OAuth client that Nylas refreshes tokens with; "" when Nylas does not tell.
    """

    provider: str
    client_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Nylas's record of a connected mailbox.

    :ivar email: "" when Nylas leaves it out, as it may.
    :ivar authenticated: Unix time of the last successful sign-in, 0 when not told.
    """

    id: str
    provider: str
    email: str = ""
    authenticated: int = 0


class NylasClient:
    """Calls one Nylas application.

    :param base_url: region, without a slash at the end.
    :param api_key: its key; sent as a bearer token and never part of an error.
    """

    def __init__(self, upstream: Upstream, *, base_url: str, api_key: str) -> None:
        self._upstream = upstream
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {api_key}"}

    def detect(self, email: str) -> Detection:
        """Ask which provider serves ``email``. Nylas answers 20 of these a minute."""
        data = self._data(
            "POST", "/v3/providers/detect", params={"email": email}, seconds=DETECT_SECONDS
        )
        if not isinstance(data, dict) or not isinstance(data.get("detected"), bool):
            raise BadAnswer("detect")
        provider = data.get("provider")
        known = data["detected"] and isinstance(provider, str)
        return Detection(provider=str(provider) if known else "")

    def connectors(self) -> tuple[Connector, ...]:
        """List the application's connectors."""
        data = self._data(
            "GET", "/v3/connectors", params={"limit": _MOST_CONNECTORS}, seconds=DETECT_SECONDS
        )
        if not isinstance(data, list):
            raise BadAnswer("connectors")
        return tuple(connector for entry in data if (connector := _connector(entry)))

    def create_grant(
        self,
        provider: str,
        settings: Mapping[str, Any],
        *,
        scope: Sequence[str] = (),
        when_connected: Callable[[], None] = lambda: None,
    ) -> Grant:
        """Let Nylas sign in with these credentials, once (``POST /v3/connect/custom``).

        An address that has a grant already keeps its grant id.

        :param when_connected: called before the first byte is sent.
        """
        body = {"provider": provider, "settings": dict(settings)}
        if scope:
            body["scope"] = list(scope)
        data = self._data(
            "POST",
            "/v3/connect/custom",
            body=body,
            seconds=GRANT_SECONDS,
            when_connected=when_connected,
        )
        if (grant := _grant(data)) is None:
            raise BadAnswer("connect/custom")
        return grant

    def find_grants(self, email: str) -> tuple[Grant, ...]:
        """List the grants of an address."""
        data = self._data("GET", "/v3/grants", params={"email": email}, seconds=LOOKUP_SECONDS)
        if not isinstance(data, list):
            raise BadAnswer("grants")
        return tuple(grant for entry in data if (grant := _grant(entry)))

    def accepts_key(self) -> bool:
        """Tell by a cheap call whether a 401 was about the API key (False) or something else."""
        try:
            self._data("GET", "/v3/connectors", params={"limit": "1"}, seconds=DETECT_SECONDS)
        except Refused as error:
            if error.refusal.status != 401:
                raise
            return False
        return True

    def _data(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        when_connected: Callable[[], None] = lambda: None,
    ) -> Any:
        answer = self._upstream.send(
            method,
            self._base_url + path,
            seconds=seconds,
            headers=self._headers,
            params=params,
            json=body,
            when_connected=when_connected,
        )
        content = _json(answer)
        if not 200 <= answer.status < 300:
            raise Refused(_refusal(answer, content), request_id=_request_id(answer, content))
        if "data" not in content:
            raise BadAnswer(f"{answer.status} without data")
        return content["data"]


def _json(answer: Answer) -> dict[str, Any]:
    """The answer's object; {} for an error without one, as gateways in front of Nylas send."""
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict):
        return content
    if 200 <= answer.status < 300:
        raise BadAnswer(f"{answer.status} not JSON")
    return {}


def _refusal(answer: Answer, content: dict[str, Any]) -> Refusal:
    """Read the error envelope in all the shapes seen (nested, flat, OAuth, hosted auth)."""
    error = content.get("error")
    fields = error if isinstance(error, dict) else content
    provider_error = fields.get("provider_error")
    inner = provider_error if isinstance(provider_error, dict) else {"message": provider_error}
    texts = (fields.get("message"), error, content.get("error_description"), *inner.values())
    # A type is logged, so what is free text instead must not become one.
    kinds = (fields.get("type"), fields.get("code"), error)
    kind = next((text for text in kinds if isinstance(text, str) and _TYPE.fullmatch(text)), "")
    return Refusal(
        status=answer.status,
        kind=kind.rpartition(".")[2],
        provider_error=str(inner.get("error") or inner.get("code") or ""),
        text=" ".join(text for text in texts if isinstance(text, str)).lower(),
        retry_after=_seconds(answer.headers.get("retry-after", "")),
    )


def _seconds(text: str) -> int:
    return min(int(text), _LONGEST_WAIT) if re.fullmatch("[0-9]{1,9}", text) else 0


def _request_id(answer: Answer, content: dict[str, Any]) -> str:
    """An opaque id for support; anything that does not look like one is dropped."""
    error = content.get("error")
    inner = error.get("request_id") if isinstance(error, dict) else ""
    found = content.get("request_id") or inner or answer.headers.get("x-request-id", "")
    return found if isinstance(found, str) and re.fullmatch("[A-Za-z0-9_-]{1,100}", found) else ""


def _connector(data: Any) -> Connector | None:
    if not isinstance(data, dict) or not isinstance(data.get("provider"), str):
        return None
    settings = data.get("settings")
    client_id = settings.get("client_id") if isinstance(settings, dict) else None
    return Connector(
        provider=data["provider"], client_id=client_id if isinstance(client_id, str) else ""
    )


def _grant(data: Any) -> Grant | None:
    if not isinstance(data, dict) or not (grant_id := _shown(data.get("id"))):
        return None
    times = [data.get("updated_at"), data.get("created_at")]
    return Grant(
        id=grant_id,
        provider=_shown(data.get("provider")),
        email=_shown(data.get("email")),
        authenticated=max((time for time in times if isinstance(time, int)), default=0),
    )


def _shown(value: Any) -> str:
    """A text that a page can show and a cookie can hold, else ""."""
    good = isinstance(value, str) and value.isprintable() and len(value) <= _LONGEST_TEXT
    return str(value) if good else ""
