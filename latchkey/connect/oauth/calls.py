"""One call to a provider's OAuth endpoints: as the company's client, and with refusals read."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from config import Client
from latchkey.connect.oauth.answers import read_json, refused
from latchkey.infra.http import Answer, HttpClient
from latchkey.infra.upstream_call import UpstreamCall
from latchkey.providers import PROVIDERS

_CALLS = {
    (key, kind): UpstreamCall(f"{key}_{kind}")
    for key, provider in PROVIDERS.items()
    if provider.oauth
    for kind in ("token", "userinfo", "revoke")
}


class OAuthCalls:
    """Calls one provider's endpoints.

    :param key: of the provider.
    :param basic: the client is named in the ``Authorization`` header instead of the form
        (RFC 6749, 2.3.1).
    :param endpoints: addresses by their kind: token, userinfo, revoke.
    """

    def __init__(
        self,
        http: HttpClient,
        client: Client,
        *,
        key: str,
        basic: bool,
        endpoints: Mapping[str, str],
    ) -> None:
        self._http = http
        self._client = client
        self._key = key
        self._basic = basic
        self._endpoints = endpoints

    def post(self, kind: str, form: Mapping[str, str], *, seconds: float) -> Answer:
        """Post a form to an endpoint.

        :raises ProviderRefused: the provider says no.
        :raises NotSent, OutcomeUnknown, BadAnswer: it cannot be asked, or its answer is none.
        """
        headers: dict[str, str] = {}
        content = dict(form)
        if self._basic:
            headers["Authorization"] = f"Basic {_basic(self._client)}"
        else:
            content |= {"client_id": self._client.id, "client_secret": self._client.secret}
        answer = self._http.send(
            "POST", self._endpoints[kind], call=_CALLS[self._key, kind], seconds=seconds,
            headers=headers, form=content,
        )  # fmt: skip
        if not 200 <= answer.status < 300:
            raise refused(answer)
        return answer

    def get(
        self, kind: str, access_token: str, *, seconds: float, query: str = ""
    ) -> dict[str, Any]:
        """Return what an endpoint says to the holder of a token, {} when it refuses it.

        :param query: of the address, without the question mark.
        :raises NotSent, OutcomeUnknown, BadAnswer: it cannot be asked, or its answer is none.
        """
        url = self._endpoints[kind]
        if query:
            url = f"{url}{'&' if '?' in url else '?'}{query}"
        answer = self._http.send(
            "GET", url, call=_CALLS[self._key, kind], seconds=seconds,
            headers={"Authorization": f"Bearer {access_token}"},
        )  # fmt: skip
        return read_json(answer) if answer.status == 200 else {}


def _basic(client: Client) -> str:
    # Both are form-encoded before they are joined (RFC 6749, 2.3.1).
    return base64.b64encode(f"{quote(client.id)}:{quote(client.secret)}".encode()).decode()
