import json
from typing import Any

import httpx
import jwt
import pytest

from app import create_app
from latchkey.apps import Ticket
from latchkey.apps.codes import CODE_SECONDS
from latchkey.web.services import Services
from tests.apps import company
from tests.calling import TOKEN, CallingApp, refusal
from tests.conftest import KEY, Clock, make_settings
from tests.latchkey.apps.test_pkce import NYLAS_CHALLENGE, RFC_CHALLENGE, RFC_VERIFIER
from tests.pages import Visitor

APP = CallingApp(create_app(make_settings()))
EMAIL = "someone@example.com"
PROOFS = {
    "plain": ("a-plain-verifier", "a-plain-verifier", "plain"),
    "as in the RFC": (RFC_VERIFIER, RFC_CHALLENGE, "s256"),
    "as in Nylas's SDKs": ("nylas", NYLAS_CHALLENGE, "s256"),
}


def new_code(app: CallingApp = APP, email: str = EMAIL, **changes: Any) -> str:
    """A code for an account that Nylas has connected."""
    services: Services = app.page.extensions["services"]
    settings = {"imap_username": email, "imap_password": "secret"}
    fields: dict[str, Any] = {
        "grant_id": services.nylas.create_grant("imap", settings, state="s").id,
        "email": email,
        "provider": "imap",
        "reconnected": False,
        "client_id": app.client_id,
        "redirect_uri": app.redirect_uri,
        "challenge": "",
        "method": "",
        **changes,
    }
    return services.codes.issue(Ticket(**fields))


def capabilities(code: str, app: CallingApp = APP, **changes: Any) -> bool:
    return app.exchange(code, **changes).status_code == 200


@pytest.mark.parametrize("kind", ["json", "data"])
def test_an_app_gets_tokens_for_a_code(kind: str) -> None:
    body: Any = {kind: APP.asks(code=new_code())}
    answer = APP.server.post(TOKEN, **body)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert "set-cookie" not in answer.headers
    told = answer.json()
    assert told.pop("access_token").startswith("nylas_access_")
    assert told.pop("id_token").count(".") == 2
    assert len(told.pop("grant_id")) == 36
    assert told == {
        "expires_in": 3600, "scope": "", "token_type": "Bearer", "email": EMAIL, "provider": "imap",
    }  # fmt: skip


def test_the_id_token_can_be_checked_with_the_published_keys() -> None:
    told = APP.exchange(new_code(reconnected=True)).json()
    published = APP.server.get("/.well-known/jwks.json")
    assert published.headers["cache-control"] == "public, max-age=300"
    assert "set-cookie" not in published.headers
    (key,) = jwt.PyJWKSet.from_dict(published.json()).keys
    claims = jwt.decode(
        told["id_token"], key, algorithms=["ES256"], audience=APP.client_id,
        issuer="http://localhost",
    )  # fmt: skip
    assert (claims["sub"], claims["email"]) == (told["grant_id"], EMAIL)
    assert (claims["provider"], claims["reconnected"]) == ("imap", True)


def test_the_issuer_is_the_public_address() -> None:
    page = company(PUBLIC_URL="http://eu.localhost:8080")
    app = CallingApp(page, secret=KEY)
    for host in ("eu.localhost:8080", "localhost"):
        app.server.base_url = httpx.URL(f"http://{host}")
        token = app.exchange(new_code(app)).json()["id_token"]
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["iss"] == "http://eu.localhost:8080"


@pytest.mark.parametrize("name", ["code", "client_id", "redirect_uri", "grant_type"])
@pytest.mark.parametrize("value", [None, "", 7, ["a"], {"a": "b"}, True])
def test_what_is_missing_is_named(name: str, value: object) -> None:
    code = new_code()
    changes = {name: value}
    answer = APP.server.post(TOKEN, json=APP.asks(code=code) | changes)
    assert refusal(answer) == (400, "invalid_request")
    assert name in answer.json()["error_description"]
    assert capabilities(code)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "another"}, "invalid_client"),
        ({"client_id": "ü"}, "invalid_client"),
        ({"client_secret": "another"}, "invalid_client"),
        ({"client_secret": "ü"}, "invalid_client"),
        ({"client_secret": "\ud800"}, "invalid_request"),
        ({"client_secret": None}, "invalid_client"),
        ({"client_secret": ""}, "invalid_client"),
        ({"redirect_uri": "http://localhost:5000/callback/"}, "invalid_grant"),
        ({"redirect_uri": "http://localhost:5000/Callback"}, "invalid_grant"),
        ({"redirect_uri": "ü"}, "invalid_grant"),
        ({"code": "another"}, "invalid_grant"),
        ({"code": "ü"}, "invalid_grant"),
        ({"code": "\ud800"}, "invalid_request"),
        ({"code_verifier": "that nobody asked for"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "ü"}, "unsupported_grant_type"),
    ],
)
def test_whoever_does_not_ask_as_agreed_gets_nothing_and_spends_nothing(
    changes: dict[str, Any], error: str
) -> None:
    code = new_code()
    body = json.dumps(APP.asks(**{"code": code, **changes}))
    answer = APP.server.post(TOKEN, content=body, headers={"Content-Type": "application/json"})
    assert refusal(answer) == (401 if error == "invalid_client" else 400, error)
    assert capabilities(code)


def test_a_code_is_good_once() -> None:
    code = new_code()
    assert capabilities(code)
    for _ in range(2):
        assert refusal(APP.exchange(code)) == (400, "invalid_grant")


def test_a_code_is_good_for_a_minute(wait: Clock) -> None:
    early, late = new_code(), new_code()
    wait(CODE_SECONDS - 1)
    assert capabilities(early)
    wait(2)
    assert refusal(APP.exchange(late)) == (400, "invalid_grant")


def test_a_code_for_another_app_or_another_address_is_good_for_nobody_else() -> None:
    code = new_code(redirect_uri="https://app.example.com")
    assert refusal(APP.exchange(code)) == (400, "invalid_grant")
    other = CallingApp(company(NYLAS_CLIENT_ID="app-2"), client_id="app-2", secret=KEY)
    assert refusal(other.exchange(new_code())) == (400, "invalid_grant")


@pytest.mark.parametrize(("verifier", "challenge", "method"), PROOFS.values(), ids=PROOFS)
def test_an_app_without_a_secret_proves_that_it_asked(
    verifier: str, challenge: str, method: str
) -> None:
    code = new_code(challenge=challenge, method=method)
    for wrong in (None, "", challenge + "x", "ü", RFC_CHALLENGE, NYLAS_CHALLENGE):
        answer = APP.exchange(code, client_secret=None, code_verifier=wrong)
        assert refusal(answer) == (400, "invalid_grant")
    assert capabilities(code, client_secret=None, code_verifier=verifier)
    answer = APP.exchange(code, client_secret=None, code_verifier=verifier)
    assert refusal(answer) == (400, "invalid_grant")


def test_a_server_may_show_its_secret_in_the_header_alone() -> None:
    body = APP.asks(code=new_code(), client_secret=None)
    for secret, status in (("another", 401), (APP.secret, 200)):
        headers = {"Authorization": f"Bearer {secret}"}
        assert APP.server.post(TOKEN, json=body, headers=headers).status_code == status


def test_the_secret_does_not_stand_for_the_proof() -> None:
    code = new_code(challenge=RFC_CHALLENGE, method="s256")
    assert refusal(APP.exchange(code)) == (400, "invalid_grant")
    answer = APP.exchange(code, client_secret="another", code_verifier=RFC_VERIFIER)
    assert refusal(answer) == (401, "invalid_client")
    assert capabilities(code, code_verifier=RFC_VERIFIER)


def strict_app(**variables: str) -> CallingApp:
    return CallingApp(create_app(make_settings(**variables)))


def test_an_app_can_insist_on_its_secret_beside_pkce() -> None:
    app = strict_app(CLIENT_SECRET_REQUIRED="true")
    code = new_code(app, challenge=RFC_CHALLENGE, method="s256")
    for changes in ({"client_secret": None}, {"client_secret": None, "code_verifier": None}):
        answer = app.exchange(code, **{"code_verifier": RFC_VERIFIER, **changes})
        assert refusal(answer) == (401, "invalid_client")
    assert refusal(app.exchange(code)) == (400, "invalid_grant"), "the proof is needed, too"
    assert capabilities(code, app, code_verifier=RFC_VERIFIER)
    refresh = {"grant_type": "refresh_token", "refresh_token": "r", "client_id": app.client_id}
    assert refusal(app.server.post(TOKEN, json=refresh)) == (401, "invalid_client")


@pytest.mark.parametrize("more", [{"code_challenge": "a" * 43}, {"code_challenge": "a"}])
def test_plain_challenges_can_be_switched_off(more: dict[str, str]) -> None:
    app = strict_app(PKCE_PLAIN="false")
    heard = app.heard(Visitor.inside(app.page).client.get(app.address(**more)))
    assert heard["error"] == "invalid_request"
    assert "S256" in heard["error_description"]
    assert app.send(code_challenge=RFC_CHALLENGE, code_challenge_method="S256")[1].status == 200


def test_while_nylas_gives_no_access_token_the_code_stays_good() -> None:
    code = new_code(email="token-outage@example.com")
    for _ in range(2):
        assert refusal(APP.exchange(code)) == (503, "temporarily_unavailable")


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(503),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"token_type": "Bearer"}),
        httpx.Response(200, json={"access_token": 7}),
        httpx.Response(401, json={"error": "invalid_client"}),
        httpx.Response(302, headers={"Location": "https://evil.example"}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("silence"),
    ],
    ids=str,
)
def test_once_nylas_is_back_the_same_code_works(trouble: httpx.Response | Exception) -> None:
    answers = [trouble, httpx.Response(200, json={"access_token": "token-1", "expires_in": 7})]
    if isinstance(trouble, httpx.ConnectError):
        answers.insert(0, trouble)  # a connection is tried twice

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("token"):
            return httpx.Response(200, json={"data": {"id": "grant-1", "provider": "imap"}})
        assert json.loads(request.content) == {
            "client_id": "app-1", "client_secret": KEY, "grant_type": "client_credentials",
            "grant_id": "grant-1",
        }  # fmt: skip
        given = answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    settings = make_settings(NYLAS_API_KEY=KEY, NYLAS_CLIENT_ID="app-1")
    page = create_app(settings, transport=httpx.MockTransport(answer))
    app = CallingApp(page, client_id="app-1", secret=KEY)
    code = new_code(app)
    assert refusal(app.exchange(code)) == (503, "temporarily_unavailable")
    told = app.exchange(code).json()
    assert (told["access_token"], told["expires_in"], told["scope"]) == ("token-1", 7, "")
    assert refusal(app.exchange(code)) == (400, "invalid_grant")


def test_neither_codes_nor_tokens_nor_secrets_are_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = CallingApp(create_app(make_settings(LOG_LEVEL="DEBUG")))
    code = new_code(app, challenge="challenge-1", method="plain")
    answers = [
        app.exchange(code, code_verifier="verifier-1"),
        app.exchange(code, code_verifier="challenge-1"),
        app.exchange(code, client_secret="secret-1"),
        app.server.get("/v3/connect/tokeninfo?access_token=token-1"),
    ]
    told = answers[1].json()
    log = capsys.readouterr().out
    assert '"outcome": "exchanged"' in log
    secrets = [code, "verifier-1", "challenge-1", "secret-1", "token-1", "someone", "grant_id"]
    secrets += [told["access_token"], told["id_token"], told["grant_id"]]
    assert not [secret for secret in secrets if secret in log]


def test_what_fails_in_the_program_is_answered_in_the_shape_of_nylas(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise RuntimeError("a mistake of ours about token-1")

    settings = make_settings(NYLAS_API_KEY=KEY, NYLAS_CLIENT_ID="app-1")
    app = CallingApp(create_app(settings, transport=httpx.MockTransport(fail)))
    answer = app.server.get("/v3/connect/tokeninfo?access_token=token-1")
    assert refusal(answer) == (500, "server_error")
    log = capsys.readouterr().out
    assert '"error": "RuntimeError"' in log
    assert "token-1" not in log


@pytest.mark.parametrize(
    "data", [None, "text", {"aud": "another"}, {"aud": "another", "sub": 7}, {"sub": "grant-x"}]
)
def test_a_token_of_another_application_is_not_told_about(data: object) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v3/connect/tokeninfo":
            return httpx.Response(200, json={"request_id": "r", "data": data})
        return httpx.Response(404, json={"error": {"type": "not_found"}})

    settings = make_settings(
        NYLAS_API_KEY=KEY, NYLAS_CLIENT_ID="app-1", LIMITS="token_refused=2/5m"
    )
    app = CallingApp(create_app(settings, transport=httpx.MockTransport(answer)))
    answers = [app.server.get("/v3/connect/tokeninfo?access_token=token-1") for _ in range(3)]
    assert refusal(answers[0]) == (400, "invalid_request")
    assert [each.status_code for each in answers] == [400, 400, 429], "it counts as refused"
