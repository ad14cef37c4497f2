"""Answers that no document of Nylas has: each call gives a result or the error it names."""

from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from latchkey.infra.errors import UpstreamError
from latchkey.infra.http import HttpClient
from latchkey.nylas import NylasClient
from tests.conftest import KEY, make_settings
from tests.latchkey.nylas.test_nylas import GRANT, NONE, data
from tests.latchkey.odd_json import answers
from tests.pages import Visitor
from tests.parsers import NYLAS_CALLS

APPLICATION = {
    "application_id": "a-1",
    "callback_uris": [{"id": "c-1", "platform": "web", "url": "https://app.example.com/callback"}],
}
USUAL: dict[str, Any] = {
    "detect": NONE,
    "connectors": data([{"provider": "imap", "settings": {"client_id": "id"}, "scope": []}]),
    "custom": data(GRANT),
    "grant": data(GRANT),
    "deletion": {"request_id": "r1"},
    "grants": data([GRANT]),
    "has_grant": data(GRANT),
    "key": data(APPLICATION),
    "application": data(APPLICATION),
    "token": {"access_token": "a", "grant_id": "g", "email": "a@ex.org", "expires_in": 3600},
    "tokeninfo": data({"iss": "https://nylas.com", "email": "a@ex.org"}),
    "refusal": {
        "request_id": "r1",
        "error": {"type": "invalid_authentication", "message": "m", "provider_error": {"code": 1}},
    },
}


@pytest.mark.parametrize("call", NYLAS_CALLS)
@given(asked=st.data())
def test_a_call_gives_a_result_or_the_error_it_names(call: str, asked: st.DataObject) -> None:
    answer = asked.draw(answers(USUAL[call]) | answers(USUAL["refusal"]))
    http = HttpClient(transport=httpx.MockTransport(lambda request: answer))
    client = NylasClient(http, base_url="https://api.us.nylas.com", api_key=KEY)
    try:
        result = NYLAS_CALLS[call](client)
    except UpstreamError as error:
        result = error
    repr(result)
    str(result)


@given(asked=st.data())
@settings(max_examples=settings().max_examples // 10)
def test_a_person_gets_a_page_whatever_nylas_answers(asked: st.DataObject) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        call = next((name for name in USUAL if name in request.url.path), "connectors")
        return asked.draw(answers(USUAL[call]) | answers(USUAL["refusal"]))

    app = create_app(make_settings(NYLAS_API_KEY=KEY), transport=httpx.MockTransport(answer))
    visitor = Visitor.inside(app)
    page = visitor.submit(visitor.get("/"), email="someone@example.org")
    for _ in range(2):
        assert page.heading
        if page.tree.find(".//input[@type='password']") is not None:
            page = visitor.submit(page, password="secret")
