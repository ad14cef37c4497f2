from base64 import b64encode

import pytest

from latchkey.apps import TokenCallers, TokenRefused
from latchkey.apps.token_caller import answered, is_visible
from latchkey.nylas import TokenAnswer
from tests.conftest import KEY
from tests.latchkey.apps.token_parts import CLIENT, SECOND_KEY, TokenRules, refusal

MISSING = (401, "invalid_client", "client_secret is missing")
WRONG_SECRET = (401, "invalid_client", "client_secret is not the API key")
WRONG_CLIENT = (401, "invalid_client", "client_id is not that of the Nylas application")


@pytest.mark.parametrize(
    ("given", "secret_needed"),
    [
        ({"client_id": CLIENT, "client_secret": KEY}, True),
        ({"client_id": CLIENT, "client_secret": SECOND_KEY}, True),
        ({"client_id": CLIENT, "client_secret": KEY}, False),
        ({"client_id": CLIENT}, False),
    ],
)
def test_an_app_of_the_application_may_ask(given: dict[str, str], secret_needed: bool) -> None:
    TokenRules().callers.check(given, secret_needed=secret_needed)


@pytest.mark.parametrize(
    ("given", "secret_needed", "told"),
    [
        ({"client_id": CLIENT}, True, MISSING),
        ({"client_id": "another"}, True, MISSING),
        ({"client_id": CLIENT, "client_secret": ""}, False, WRONG_SECRET),
        ({"client_id": CLIENT, "client_secret": KEY + "x"}, True, WRONG_SECRET),
        ({"client_id": CLIENT, "client_secret": "\udcff"}, False, WRONG_SECRET),
        ({"client_secret": KEY}, True, WRONG_CLIENT),
        ({"client_id": "another", "client_secret": KEY}, False, WRONG_CLIENT),
        ({"client_id": CLIENT + "\n"}, False, WRONG_CLIENT),
    ],
)
def test_others_may_not(
    given: dict[str, str], secret_needed: bool, told: tuple[int, str, str]
) -> None:
    callers = TokenRules().callers
    assert refusal(lambda: callers.check(given, secret_needed=secret_needed)) == told


@pytest.mark.parametrize("client_id", [{}, {"client_id": ""}, {"client_id": "ü"}])
def test_what_cannot_be_a_client_id_is_refused_without_nylas(client_id: dict[str, str]) -> None:
    rules = TokenRules(known=False)
    assert refusal(lambda: rules.callers.check(client_id, secret_needed=False)) == WRONG_CLIENT
    assert not rules.requests


def basic(shown: bytes, scheme: str = "Basic") -> str:
    return f"{scheme} {b64encode(shown).decode()}"


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
@pytest.mark.parametrize(
    ("shown", "found"),
    [
        (b"app-1:key", {"client_id": "app-1", "client_secret": "key"}),
        (b"a+b%3a%C3%BC:k%2B:%25", {"client_id": "a b:ü", "client_secret": "k+:%"}),
        (b"app-1:", {"client_id": "app-1"}),
        (b"app-1", {"client_id": "app-1"}),
        (b":key", {"client_secret": "key"}),
        (b":", {}),
        (b"", {}),
        (b"\xff:key", {}),
    ],
)
def test_id_and_secret_may_be_in_the_header_form_encoded(
    scheme: str, shown: bytes, found: dict[str, str]
) -> None:
    header = basic(shown, scheme)
    assert TokenCallers.with_secret({}, header) == found
    assert TokenCallers.with_secret({"code": "c"}, header) == {"code": "c", **found}


def test_the_body_counts_before_the_header() -> None:
    given = {"client_id": "app-2", "client_secret": "another"}
    assert TokenCallers.with_secret(given, basic(b"app-1:key")) == given


@pytest.mark.parametrize(
    "header", ["Basic", "Basic ", "Basic YTpi YTpi", "Basic YTp", "Basic \xfc", "BasicYTpi"]
)
def test_what_is_not_encoded_as_it_should_be_shows_nothing(header: str) -> None:
    assert TokenCallers.with_secret({}, header) == {}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.parametrize("key", [KEY, SECOND_KEY])
def test_a_server_shows_its_key_in_the_header(scheme: str, key: str) -> None:
    assert TokenRules().callers.has_key(f"{scheme} {key}")


@pytest.mark.parametrize("header", ["", KEY, f"Basic {KEY}", f"Bearer:{KEY}", "Bearer"])
def test_another_header_shows_no_key(header: str) -> None:
    assert not TokenRules().callers.has_key(header)


@pytest.mark.parametrize("key", ["another", "", f" {KEY}", "\udcff"])
def test_another_key_is_refused(key: str) -> None:
    callers = TokenRules().callers
    told = (401, "invalid_client", "The key is not the API key")
    assert refusal(lambda: callers.has_key(f"Bearer {key}")) == told


@pytest.mark.parametrize("text", [" ", "~", "a b", "a-1"])
def test_what_can_be_written_is_visible(text: str) -> None:
    assert is_visible(text)


@pytest.mark.parametrize("text", ["", "\x1f", "\x7f", "a\n", "ü", "\udcff"])
def test_what_cannot_be_written_is_not_visible(text: str) -> None:
    assert not is_visible(text)


def test_an_answer_of_nylas_comes_back_as_it_is() -> None:
    answer = TokenAnswer(status=400, content={"error": "invalid_grant"})
    assert answered(answer) is answer


def test_an_answer_without_content_is_none() -> None:
    told = refusal(lambda: answered(TokenAnswer(status=200, content={})))
    assert told == (503, "temporarily_unavailable", "Nylas does not answer")


def test_a_refusal_is_a_bad_request_and_final_unless_it_says_otherwise() -> None:
    refused = TokenRefused("invalid_request", "why")
    assert (refused.status, refused.wait) == (400, 0)
