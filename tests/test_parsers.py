"""No text from outside breaks a parser: it is read, or refused as documented."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchkey.infra.errors import BadAnswer
from tests import parsers
from tests.latchkey.answering import Nylas

ANY_TEXT = st.text(st.characters(exclude_categories=()))
# Numbers as Python's reader of JSON takes them: without end, and none.
NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([10**400, -(10**30)]))
PLAIN = st.one_of(st.none(), st.booleans(), NUMBERS, ANY_TEXT)
# fmt: off
NAMES = st.sampled_from([
    "data", "id", "provider", "email", "detected", "settings", "client_id", "application_id",
    "callback_uris", "url", "state", "created_at", "updated_at", "error", "message", "type",
    "code", "provider_error", "request_id", "error_description", "error_codes", "error_subcode",
    "access_token", "refresh_token", "id_token", "scope", "sub", "email_verified", "aud", "azp",
    "exp", "nonce", "iat", "nbf", "jti", "iss", "redirect_uri", "brand", "locale", "salt",
    "saved", "started", "app", "link_claims", "proxyAddresses", "mail", "userPrincipalName",
])
# fmt: on
ANY_JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(NAMES | ANY_TEXT, inner)
)
OBJECTS = st.dictionaries(NAMES, ANY_JSON)
ENVELOPES = st.one_of(OBJECTS, st.fixed_dictionaries({"data": OBJECTS | st.lists(OBJECTS)}))
SHAPED = {"access_token": "a", "id_token": "e30.e30.c2ln"}


# Found once, or near to it; each of them broke a parser, or is what a broken one stumbles over.
FOUND = (
    ("brand", "a = " + "[" * 3000),
    ("brand", "a = " + "{a = " * 3000),
    ("brand", "a = " + "9" * 5000),
    ("brand", "tagline = '''\n[ # ]\n'''\nname = 1"),
    ("brand", "tagline = '''\n[x = {a=1,b=2} #]\n'''\nname = 1"),
    ("brand", "tagline = '''\n[x = " + "[" * 3000 + "]\n'''\nname = 1"),
    ("cookie", '{"id":"","salt":"","email":"","display_address":"","started":Infinity,"saved":0}'),
    ("link", '{"nbf": Infinity}'),
    ("link", "[" * 100_000),
    ("web_address", "https://a\u2100b"),
    ("web_address", "https://[v1.x]/"),
    ("oauth_callback", "AADSTS\u0661"),
    ("oauth_callback", "https://example.com:\u0661"),
    ("languages", "-"),
)


@pytest.mark.parametrize(("name", "text"), FOUND)
def test_what_was_found_stays_mended(name: str, text: str) -> None:
    parsers.PARSERS[name](text)


@pytest.mark.parametrize("name", parsers.PARSERS)
@given(text=ANY_TEXT)
def test_any_text_is_read_or_refused(name: str, text: str) -> None:
    parsers.PARSERS[name](text)


@pytest.mark.parametrize("name", ["link", "cookie", "nylas_answer", "oauth_answer"])
@given(content=ENVELOPES)
def test_any_json_is_read_or_refused(name: str, content: Any) -> None:
    parsers.PARSERS[name](json.dumps(content))
    parsers.PARSERS[name](json.dumps(SHAPED | content))


def nested(depth: int, opens: str, closes: str) -> str:
    return f'{{"error_description": {opens * depth}1{closes * depth}}}'


def test_an_answer_as_deep_as_can_be_read_can_be_told_of() -> None:
    for depth in range(850, 1010, 3):
        for opens, closes in (("[", "]"), ('{"error": ', "}")):
            deep = nested(depth, opens, closes)
            parsers.oauth_answer(deep)
            parsers.nylas_answer(deep.replace("error_description", "provider_error", 1))


@pytest.mark.parametrize("odd", ["9" * 30, "2020 00:00:00 +" + "9" * 30])
def test_a_date_that_is_none_is_no_date(odd: str) -> None:
    assert Nylas({}, date=f"Mon, 01 Jan {odd} 00:00:00 GMT").client.clock() == 0


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "-Infinity", "1e999", "[" * 5000])
def test_what_no_app_could_read_is_not_passed_on(odd: str) -> None:
    with pytest.raises(BadAnswer):
        Nylas(f'{{"data": {{"exp": {odd}}}}}'.encode()).client.token_info({}, with_key=True)
