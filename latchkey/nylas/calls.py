"""One call to a Nylas application: with its key, and with its envelope read."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from latchkey.infra.errors import BadAnswer
from latchkey.infra.http import Answer, HttpClient
from latchkey.infra.http_connection import SendSlot
from latchkey.infra.upstream_call import UpstreamCall
from latchkey.nylas.answers import read_json, refused


class NylasCalls:
    """What all calls to one Nylas application share.

    :param base_url: region, without a slash at the end.
    :param api_key: its key; sent as a bearer token and never part of an error.
    """

    def __init__(self, http: HttpClient, *, base_url: str, api_key: str) -> None:
        self._http = http
        self._base_url = base_url
        self._api_key = api_key
        self._headers = {"Authorization": f"Bearer {api_key}"}

    def _data(self, call: UpstreamCall, method: str, path: str, **request: Any) -> Any:
        answer = self._send(call, method, path, **request)
        if not 200 <= answer.status < 300:
            raise refused(answer)
        content = read_json(answer)
        if "data" not in content:
            raise BadAnswer(f"{answer.status} without data")
        return content["data"]

    def _send(
        self,
        call: UpstreamCall,
        method: str,
        path: str,
        *,
        seconds: float,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        send_slot: SendSlot = nullcontext,
    ) -> Answer:
        return self._http.send(
            method,
            self._base_url + path,
            call=call,
            seconds=seconds,
            headers=self._headers,
            params=params,
            json=body,
            send_slot=send_slot,
        )
