import httpx
import pytest
from flask import Flask

from app import create_app
from latchkey.operator.doctor import findings
from tests.conftest import KEY, make_settings

GOOGLE = {"GOOGLE_CLIENT_ID": "ours", "GOOGLE_CLIENT_SECRET": "secret-of-google"}


def app_with(answer: httpx.Response, **variables: str) -> Flask:
    settings = make_settings(NYLAS_API_KEY=KEY, **variables)
    return create_app(settings, transport=httpx.MockTransport(lambda request: answer))


def told_by(app: Flask) -> dict[str, str]:
    """What is said about each provider; "" stands for Nylas."""
    sentences = {}
    for sentence in findings(app.extensions["services"]):
        name, found, rest = sentence.partition(": ")
        sentences[name if found and " " not in name else ""] = rest if found else sentence
    return sentences


def connectors(*entries: dict[str, object]) -> httpx.Response:
    return httpx.Response(200, json={"data": list(entries)})


def test_it_says_what_is_offered_and_what_to_register() -> None:
    answer = connectors({"provider": "google"}, {"provider": "imap"})
    told = told_by(app_with(answer, PUBLIC_URL="https://connect.example.com", **GOOGLE))
    assert told["google"] == (
        "offered. Register this redirect URI: https://connect.example.com/oauth/google/callback"
    )
    assert told["imap"] == "offered."
    assert "no connector" in told["icloud"]
    assert told["yahoo"] == "not offered, it has neither a connector nor a client."


def test_it_says_which_half_of_a_provider_is_missing() -> None:
    told = told_by(app_with(connectors({"provider": "microsoft"}), **GOOGLE))
    assert "MICROSOFT_CLIENT_ID and MICROSOFT_CLIENT_SECRET" in told["microsoft"]
    assert told["google"] == "not offered, the Nylas application has no connector for it."


def test_it_says_where_apps_may_lead_people_back_to() -> None:
    application = {"application_id": "app-1", "callback_uris": [{"url": "https://a.example/cb"}]}

    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.path == "/v3/applications"
        return httpx.Response(200, json={"data": application if asked else []})

    app = create_app(
        make_settings(NYLAS_API_KEY=KEY, RETURN_URIS="https://b.example/cb"),
        transport=httpx.MockTransport(answer),
    )
    told = " ".join(findings(app.extensions["services"]))
    assert (
        "client ID app-1 may lead people back to: https://a.example/cb https://b.example/cb" in told
    )


def test_it_says_what_is_missing_for_apps() -> None:
    told = " ".join(
        findings(app_with(connectors(), NYLAS_CLIENT_ID="app-1").extensions["services"])
    )
    assert "No app can lead people back yet (client ID app-1): set RETURN_URIS" in told


def test_several_processes_that_share_nothing_are_warned_of() -> None:
    words = "REDIS_URL is not set"
    for processes, warned in (("1", False), ("2", True)):
        app = app_with(connectors(), WEB_CONCURRENCY=processes)
        assert (words in " ".join(findings(app.extensions["services"]))) is warned


@pytest.mark.parametrize(("client_id", "differs"), [("ours", False), ("theirs", True)])
def test_another_client_than_the_connectors_is_warned_of(client_id: str, differs: bool) -> None:
    entry: dict[str, object] = {"provider": "google", "settings": {"client_id": client_id}}
    told = told_by(app_with(connectors(entry), **GOOGLE))
    assert ("GOOGLE_CLIENT_ID differs" in told["google"]) is differs
    assert "/oauth/google/callback" in told["google"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(401, json={"error": {"type": "unauthorized"}}), "refuses the API key"),
        (httpx.Response(503), "cannot be asked"),
        (httpx.Response(200, text="<html>"), "cannot be asked"),
    ],
)
def test_trouble_with_nylas_is_told_in_plain_words(answer: httpx.Response, words: str) -> None:
    (sentence,) = findings(app_with(answer, **GOOGLE).extensions["services"])
    assert words in sentence


def test_the_command_tells_the_same_and_no_secret() -> None:
    app = app_with(connectors({"provider": "google"}), **GOOGLE)
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert result.exit_code == 0
    assert "Nylas accepts the API key." in result.output
    assert "secret-of-google" not in result.output
    assert KEY not in result.output
