import json
import logging
import re
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from flask import Flask

from app import create_app
from bench.ports import free_port
from config import ROOT
from latchkey.infra.store import RedisFacts
from latchkey.operator.doctor import Finding, Level, diagnose, exit_code, machine
from latchkey.operator.doctor.nylas import ask_application, check_apps
from latchkey.providers.detection import ProviderDetector
from latchkey.web.services import Services
from tests.conftest import KEY, make_settings
from tests.servers import RedisServer

GOOGLE = {"GOOGLE_CLIENT_ID": "ours", "GOOGLE_CLIENT_SECRET": "secret-of-google"}


def app_with(answer: httpx.Response, **variables: str) -> Flask:
    settings = make_settings(NYLAS_API_KEY=KEY, **variables)
    return create_app(settings, transport=httpx.MockTransport(lambda request: answer))


def findings(services: Services) -> Iterator[str]:
    """The sentences about Nylas and this machine; nothing outside is asked."""
    return (finding.sentence for finding in diagnose(services, outside=False))


def found(app: Flask, check: str) -> list[Finding]:
    services = app.extensions["services"]
    return [finding for finding in diagnose(services, outside=False) if finding.check == check]


def one(app: Flask, check: str) -> Finding:
    (finding,) = found(app, check)
    return finding


def told_by(app: Flask) -> dict[str, str]:
    """What is said about each provider; "" stands for Nylas."""
    sentences = {}
    for sentence in findings(app.extensions["services"]):
        name, colon, rest = sentence.partition(": ")
        sentences[name if colon and " " not in name else ""] = rest if colon else sentence
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
    assert told["google"].startswith("not offered, the Nylas application has no connector for it.")


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


def test_it_says_which_callback_uris_of_nylas_nobody_is_led_back_to() -> None:
    uris = ["myapp://auth", "http://10.0.0.5/cb", "com.example.app:/cb"]
    application = {"application_id": "app-1", "callback_uris": [{"url": uri} for uri in uris]}

    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.path == "/v3/applications"
        return httpx.Response(200, json={"data": application if asked else []})

    app = create_app(make_settings(NYLAS_API_KEY=KEY), transport=httpx.MockTransport(answer))
    told = " ".join(findings(app.extensions["services"]))
    assert "http://10.0.0.5/cb myapp://auth: nobody is led back to these callback URIs" in told
    assert "may lead people back to: com.example.app:/cb" in told


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


REFUSED = httpx.Response(401, json={"error": {"type": "unauthorized"}})
FINE = connectors({"provider": "imap"})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (REFUSED, "refuses the API key"),
        (httpx.Response(503), "cannot be asked"),
        (httpx.Response(200, text="<html>"), "cannot be asked"),
    ],
)
def test_trouble_with_nylas_fails_in_plain_words(answer: httpx.Response, words: str) -> None:
    app = app_with(answer, **GOOGLE)
    finding = one(app, "key")
    assert finding.level is Level.FAILED
    assert words in finding.text
    assert finding.fix
    assert not found(app, "provider-google"), "nothing else can be known"


@pytest.mark.parametrize(("here", "there"), [("us", "eu"), ("eu", "us")])
def test_a_key_of_the_other_region_is_told_with_its_address(here: str, there: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        return FINE if request.url.host == f"api.{there}.nylas.com" else REFUSED

    settings = make_settings(NYLAS_API_KEY=KEY, NYLAS_API_URI=f"https://api.{here}.nylas.com")
    finding = one(create_app(settings, transport=httpx.MockTransport(answer)), "key")
    assert finding.level is Level.FAILED
    assert finding.fix == f"Set NYLAS_API_URI=https://api.{there}.nylas.com."


def test_a_key_is_shown_to_no_server_but_nylas() -> None:
    asked = set()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.add(request.url.host)
        return REFUSED

    settings = make_settings(NYLAS_API_KEY=KEY, NYLAS_API_URI="https://nylas.example.com")
    assert one(create_app(settings, transport=httpx.MockTransport(answer)), "key").fix
    assert asked == {"nylas.example.com"}


@pytest.mark.parametrize(
    ("seconds", "level", "words"),
    [
        (0, Level.OK, "agrees"),
        (600, Level.FAILED, "ahead of"),
        (-600, Level.FAILED, "behind"),
    ],
)
def test_a_wrong_clock_is_told(seconds: int, level: Level, words: str) -> None:
    date = formatdate(time.time() - seconds, usegmt=True)
    answer = httpx.Response(200, json={"data": []}, headers={"Date": date})
    finding = one(app_with(answer), "clock")
    assert (finding.level, words in finding.text) == (level, True)


@pytest.mark.parametrize("date", [None, "yesterday"])
def test_a_clock_that_nylas_does_not_tell_is_no_finding(date: str | None) -> None:
    headers = {"Date": date} if date else {}
    assert not found(app_with(httpx.Response(200, json={"data": []}, headers=headers)), "clock")


def test_an_application_with_another_client_id_fails() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.path == "/v3/applications"
        return httpx.Response(200, json={"data": {"application_id": "app-1"} if asked else []})

    for said, failed in (("app-2", True), ("app-1", False)):
        settings = make_settings(NYLAS_API_KEY=KEY, NYLAS_CLIENT_ID=said)
        app = create_app(settings, transport=httpx.MockTransport(answer))
        assert bool(found(app, "application")) is failed


def test_no_provider_at_all_fails() -> None:
    assert one(app_with(connectors()), "providers").level is Level.FAILED
    assert not found(app_with(FINE), "providers")


def test_the_exit_code_tells_how_bad_it_is() -> None:
    def of(*levels: Level) -> int:
        return exit_code([Finding(check="c", level=level, text="t") for level in levels])

    assert of() == of(Level.OK, Level.NOTE) == 0
    assert of(Level.OK, Level.WARNING) == 1
    assert of(Level.WARNING, Level.FAILED, Level.OK) == 2


@pytest.mark.parametrize(
    ("variables", "check", "level"),
    [
        ({"HOST": "::"}, "address", Level.FAILED),
        ({"HOST": "::", "PUBLIC_URL": "https://c.example.com"}, "address", None),
        ({}, "address", None),
        ({"PUBLIC_URL": "https://c.example.com"}, "proxies", Level.WARNING),
        ({"PUBLIC_URL": "https://c.example.com", "TRUSTED_PROXIES": "1"}, "proxies", None),
        ({"TRUSTED_PROXIES": "1"}, "proxies", Level.WARNING),
        ({"WEB_CONCURRENCY": "2"}, "redis", Level.WARNING),
        ({}, "redis", None),
        ({"STATE_DIR": "/dev/null/state"}, "links", Level.WARNING),
        ({"STATE_DIR": "/dev/null/state", "LINK_REQUIRED": "true"}, "links", Level.FAILED),
        ({"STATE_DIR": "/dev/null/state"}, "codes", None),
        ({"STATE_DIR": "/dev/null/state", "WEB_CONCURRENCY": "2"}, "codes", Level.FAILED),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_told(
    variables: dict[str, str], check: str, level: Level | None
) -> None:
    findings = found(app_with(FINE, **variables), check)
    assert [finding.level for finding in findings] == ([level] if level else [])
    assert all(finding.fix for finding in findings)


@pytest.mark.parametrize("public", [True, False])
def test_what_the_start_warns_of_is_told(public: bool) -> None:
    address = {"PUBLIC_URL": "https://connect.invalid"} if public else {}
    app = create_app(make_settings(SANDBOX="true", **address))
    findings = diagnose(app.extensions["services"])
    told = [finding.text for finding in findings if finding.check == "settings"]
    assert ["SANDBOX" in text for text in told] == [True] * public


@pytest.mark.redis
def test_a_good_redis_is_told_with_version_and_delay(server: RedisServer) -> None:
    first, *_ = found(app_with(FINE, REDIS_URL=server.url), "redis")
    assert first.level is Level.OK
    assert "answers within" in first.text


@pytest.mark.parametrize(("links", "level"), [(True, Level.OK), (False, Level.NOTE)])
def test_whether_links_are_on_is_told(links: bool, level: Level) -> None:
    more = {} if links else {"LINK_KEY": ""}
    assert one(app_with(FINE, **more), "links").level is level


@pytest.mark.redis
@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
def test_a_redis_that_may_drop_things_is_told(server: RedisServer, policy: str) -> None:
    client = redis.Redis.from_url(server.url)
    client.config_set("maxmemory-policy", policy)
    client.close()
    texts = [finding.text for finding in found(app_with(FINE, REDIS_URL=server.url), "redis")]
    assert any(policy in text for text in texts)
    assert any("forgotten which links" in text for text in texts)


@pytest.mark.redis
def test_a_redis_that_wants_a_password_is_told(server: RedisServer) -> None:
    client = redis.Redis.from_url(server.url)
    client.config_set("requirepass", "hunter2")
    client.close()
    url = server.url.replace("://", "://:wrong-word@")
    finding = one(app_with(FINE, REDIS_URL=url), "redis")
    assert finding.level is Level.FAILED
    assert "password in REDIS_URL" in finding.fix
    assert "wrong-word" not in finding.sentence


def test_a_redis_that_is_gone_fails() -> None:
    finding = one(app_with(FINE, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0"), "redis")
    assert (finding.level, "host and port" in finding.fix) == (Level.FAILED, True)


def test_the_command_prints_signs_and_no_secret() -> None:
    app = app_with(connectors({"provider": "google"}), **GOOGLE)
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert result.exit_code == 1, "this Nylas knows of no application"
    assert "✓ Nylas accepts the API key." in result.output
    assert "secret-of-google" not in result.output
    assert KEY not in result.output


def test_the_command_speaks_to_programs_too() -> None:
    result = app_with(REFUSED).test_cli_runner().invoke(args=["doctor", "--json"])
    assert result.exit_code == 2
    first = json.loads(result.output)[0]
    assert first.keys() == {"check", "level", "text", "fix"}
    assert (first["check"], first["level"]) == ("key", "failed")


def test_the_version_stands_in_one_place() -> None:
    result = app_with(FINE).test_cli_runner().invoke(args=["version"])
    said = re.fullmatch(r"Latchkey (\d+\.\d+\.\d+)\n", result.output)
    assert said
    files = [ROOT / "app.py", ROOT / "config.py", *(ROOT / "latchkey").rglob("*.py")]
    assert f'version = "{said[1]}"' in (ROOT / "pyproject.toml").read_text()
    assert not [file for file in files if f'"{said[1]}"' in file.read_text()]


def test_rows_about_mail_providers_that_are_a_year_old_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "providers.csv"
    file.write_text("name,checked\nFastmail,2020-01-01\n")
    finding = one(app_with(connectors(), PROVIDERS_FILE=str(file)), "mail-hosts")
    assert finding.level is Level.WARNING
    assert "1 rows about mail providers were last checked more than 12 months ago" in finding.text


@pytest.mark.redis
@pytest.mark.parametrize(("said", "warned"), [("", True), ("app-1", False)])
def test_a_redis_whose_names_depend_on_the_api_key_is_warned_of(
    server: RedisServer, said: str, warned: bool
) -> None:
    answer = httpx.Response(200, json={"data": {"application_id": "app-1", "callback_uris": []}})
    app = app_with(answer, REDIS_URL=server.url, NYLAS_CLIENT_ID=said)
    services = app.extensions["services"]
    fixes = [finding.fix for finding in check_apps(services, ask_application(services))]
    assert ("Set NYLAS_CLIENT_ID=app-1." in fixes) is warned


def later(first: httpx.Response, *, after: int, then: httpx.Response) -> Flask:
    """A Nylas that answers so many questions about connectors in one way, and then in another."""
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/v3/connectors":
            return httpx.Response(404)
        asked.append(request)
        return first if len(asked) <= after else then

    return create_app(make_settings(NYLAS_API_KEY=KEY), transport=httpx.MockTransport(answer))


def test_connectors_that_nylas_does_not_tell_after_all_are_a_warning() -> None:
    # The first two are about the key and the clock.
    finding = one(later(FINE, after=2, then=httpx.Response(503)), "providers")
    assert finding.level is Level.WARNING
    assert "cannot be asked for its connectors (Refused: 503" in finding.text


def test_a_clock_that_nylas_does_not_answer_about_is_no_finding() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) > 1:
            raise httpx.ReadTimeout("no answer")
        return FINE

    app = create_app(make_settings(NYLAS_API_KEY=KEY), transport=httpx.MockTransport(answer))
    assert one(app, "key").level is Level.OK
    asked.clear()
    assert not found(app, "clock")


def test_a_region_that_does_not_answer_is_not_the_one_of_the_key() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host != "api.us.nylas.com":
            raise httpx.ConnectTimeout("no answer")
        return REFUSED

    settings = make_settings(NYLAS_API_KEY=KEY)
    finding = one(create_app(settings, transport=httpx.MockTransport(answer)), "key")
    assert finding.text == "Nylas refuses the API key, in this region and in the others."


def test_in_the_log_of_the_server_a_finding_is_as_bad_as_in_the_list() -> None:
    levels = [level.log_level for level in (Level.OK, Level.NOTE, Level.WARNING, Level.FAILED)]
    assert levels == [logging.INFO, logging.INFO, logging.WARNING, logging.ERROR]


@pytest.mark.parametrize(
    ("url", "changes", "words"),
    [
        ("redis://localhost/0", {}, []),
        ("rediss://redis.example.com/0", {}, []),
        ("redis://redis.example.com/0", {}, ["not encrypted"]),
        ("redis://localhost/0", {"version": "6.0.16"}, ["too old"]),
        ("redis://localhost/0", {"version": "6.2.0"}, []),
        ("redis://localhost/0", {"seconds": 0.2}, ["slow"]),
        ("redis://localhost/0", {"eviction": "allkeys-lru"}, ["drop things"]),
        ("redis://localhost/0", {"durable": False}, ["forgotten"]),
    ],
)
def test_a_redis_is_judged_by_what_it_says_and_where_it_is(
    url: str, changes: dict[str, Any], words: list[str]
) -> None:
    usual = {"name": "Redis", "version": "7.4.1", "eviction": "noeviction", "durable": True}
    facts = RedisFacts(**{**usual, "seconds": 0.001, "replica": False, "cluster": False, **changes})
    settings = make_settings(NYLAS_API_KEY=KEY, REDIS_URL=url)
    first, *others = machine._about_redis(facts, settings)
    assert first.level is Level.OK
    assert [finding.level for finding in others] == [Level.WARNING] * len(words)
    assert all(word in finding.text for word, finding in zip(words, others, strict=True))


@pytest.mark.parametrize(
    ("answers", "level"), [(True, Level.OK), (False, Level.WARNING), (None, None)]
)
def test_whether_dns_tells_mx_records_is_told(
    monkeypatch: pytest.MonkeyPatch, *, answers: bool | None, level: Level | None
) -> None:
    # The app asks the DNS of the machine, which is no part of the tests.
    monkeypatch.setattr(ProviderDetector, "dns_answers", lambda detector: answers)
    findings = found(app_with(FINE), "dns")
    assert [finding.level for finding in findings] == ([level] if level else [])
