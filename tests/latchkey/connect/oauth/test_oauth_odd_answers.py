"""Answers that no document of OAuth has: each call gives a result or the error it names."""

from collections.abc import Mapping

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchkey.connect.oauth import refused_by
from latchkey.infra.errors import UpstreamError
from latchkey.problems.oauth_codes import ProviderRefused
from latchkey.providers.model import Account
from tests.latchkey.connect.oauth.test_oauth import REDIRECT_URI, id_token, make_client
from tests.latchkey.odd_json import answers, changed

CLAIMS = {"iss": "https://accounts.google.com", "aud": "our id", "email": "a@ex.org", "nonce": "n"}
TOKENS = {
    "access_token": "access", "refresh_token": "refresh", "token_type": "Bearer",
    "scope": "openid email", "expires_in": 3600, "id_token": id_token(**CLAIMS),
}  # fmt: skip
REFUSAL = {
    "error": "invalid_grant",
    "error_description": "AADSTS70008: expired",
    "error_codes": [1],
}
KEYS = ["google", "microsoft", "yahoo", "zoom"]


@pytest.mark.parametrize("key", KEYS)
@given(asked=st.data())
def test_an_exchange_gives_tokens_or_the_error_it_names(key: str, asked: st.DataObject) -> None:
    odd = answers(TOKENS) | answers(REFUSAL)
    client = make_client(key, lambda request: asked.draw(odd))
    pending = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    try:
        tokens = client.exchange(pending, "code")
        account = client.account(tokens, expected="a@ex.org")
        client.revoke(tokens)
    except UpstreamError:
        return
    assert isinstance(account, Account)


@pytest.mark.parametrize("key", KEYS)
@given(claims=changed(CLAIMS))
def test_any_claims_give_an_account_or_the_error_it_names(key: str, claims: object) -> None:
    odd = claims if isinstance(claims, Mapping) else {"claims": claims}
    try:
        token = id_token(**{str(name): value for name, value in odd.items()})
    except UnicodeError:
        return
    answer = {**TOKENS, "id_token": token}
    client = make_client(
        key, lambda request: httpx.Response(200, json=answer if "token" in request.url.path else {})
    )
    pending = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    try:
        client.account(client.exchange(pending, "code"), expected="a@ex.org")
    except UpstreamError:
        return


@given(st.dictionaries(st.sampled_from(["error", "error_description", "error_subcode"]), st.text()))
def test_any_refusal_in_a_query_is_read(query: dict[str, str]) -> None:
    assert isinstance(refused_by(query), ProviderRefused)
