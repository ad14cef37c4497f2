"""A password is looked for wherever it could have got to, in every form it could have taken."""

import base64
import html
import itertools
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus, unquote

import httpx
import pytest

from app import create_app
from config import SANDBOX_API_KEY
from latchkey.infra.sealing import Sealer
from latchkey.nylas import client, grants
from latchkey.sandbox import OUTCOMES, create_sandbox
from tests.browser.nylas import Nylas
from tests.conftest import KEY, SECRET, make_settings
from tests.hostile import Play, hang, hostile, http, say
from tests.pages import Visitor
from tests.servers import serve

CORE = "Zq7CanaryXk9"
PASSWORD = f"{CORE} \"<&'\\%+/=-"
SENDING = f"{CORE}-for-sending ~"
OUTCOME_NAMES = [outcome.name for outcome in OUTCOMES if outcome.call == "connect"]


def forms_of(secret: str) -> Iterator[str]:
    """How programs write a text: as it is, escaped for this or that, packed."""
    yield from (secret, quote(secret), quote_plus(secret), html.escape(secret), repr(secret)[1:-1])
    yield from (json.dumps(secret)[1:-1], secret.encode().hex(), secret[::-1])
    # Inside of longer texts, base64 depends on where the secret begins, and its ends get lost.
    for before in range(3):
        packed = base64.b64encode(b"\0" * before + secret.encode()).decode().rstrip("=")
        yield from (packed[4:-2], packed[4:-2].translate(str.maketrans("+/", "-_")))


FORMS = {form for secret in (PASSWORD, SENDING, CORE) for form in forms_of(secret)}


def traces(text: str) -> list[str]:
    return [form for form in FORMS if form in text or form in unquote(text)]


class Everything:
    """All that a visitor's browser gets to see, in clear as far as our keys can open it."""

    def __init__(self, visitor: Visitor) -> None:
        self.texts: list[str] = []
        self.sealers = [Sealer([SECRET], purpose=purpose) for purpose in ("session", "flow")]
        self.opened = 0
        visitor.client.event_hooks = {"response": [self._keep]}

    def _keep(self, response: httpx.Response) -> None:
        self.texts += [str(response.url), response.read().decode()]
        for name, value in response.headers.multi_items():
            self.texts.append(f"{name}: {value}")
            if name == "set-cookie":
                self._open(value.partition("=")[2].partition(";")[0])

    def _open(self, sealed: str) -> None:
        contents = []
        for sealer in self.sealers:
            try:
                contents.append(json.dumps(sealer.open(sealed, max_age=100), ensure_ascii=False))
            except Exception:  # noqa: S112 - sealed for another purpose
                continue
        assert contents or not sealed, "a cookie that our keys do not open"
        self.opened += len(contents)
        self.texts += contents


@pytest.fixture(scope="module")
def nylas_url() -> Iterator[str]:
    # Every look at the clock is an hour later, so detection never reaches its limit.
    clock = itertools.count(time.time(), 3600).__next__
    with serve(create_sandbox(api_key=KEY, slow_seconds=0, clock=clock)) as url:
        yield url


@pytest.fixture
def every_log(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Whatever is written while even the libraries tell all they can."""
    records: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(f"{record.getMessage()} {vars(record)}")

    root, level = logging.getLogger(), logging.getLogger().level
    keeper = Keeper()
    root.addHandler(keeper)
    root.setLevel(logging.DEBUG)
    yield lambda: "\n".join([*capfd.readouterr(), *records])
    root.removeHandler(keeper)
    root.setLevel(level)


def walk(visitor: Visitor, email: str) -> Everything:
    """Sign in; try again wherever that is offered, and look at every page that is left."""
    seen = Everything(visitor)
    page = visitor.enter(email)
    if page.heading == "Who runs your mailbox?":
        page = visitor.get(page.links["Another mail provider"])
    typed = {"password": PASSWORD}
    if "smtp_password" in page.fields():
        typed |= {"smtp_username": "sender", "smtp_password": SENDING}
    page = visitor.submit(page, **typed)
    if page.status != 200 and page.tree.find(".//form") is not None:
        visitor.submit(page, **typed)
    for link in page.links.values():
        if link.startswith("/"):
            visitor.get(link)
    visitor.get("/connected")
    assert seen.opened >= 2, "the session's cookie, and the sign-in's"
    return seen


@pytest.mark.parametrize("domain", ["example.com", "icloud.com", "exchange.example.com"])
def test_after_a_success_a_password_is_nowhere(every_log: Callable[[], str], domain: str) -> None:
    nylas = Nylas()
    settings = make_settings(NYLAS_API_KEY=SANDBOX_API_KEY, LOG_LEVEL="DEBUG")
    visitor = Visitor.inside(create_app(settings, transport=httpx.WSGITransport(app=nylas)))
    seen = walk(visitor, f"private.person@{domain}")
    assert PASSWORD in nylas.settings.values(), "it did get to Nylas"
    assert not traces("\n".join(seen.texts))
    assert not traces(every_log())


@pytest.mark.parametrize("name", OUTCOME_NAMES)
def test_after_any_outcome_a_password_is_nowhere_and_no_address_is_in_the_logs(
    every_log: Callable[[], str], nylas_url: str, name: str
) -> None:
    settings = make_settings(NYLAS_API_KEY=KEY, NYLAS_API_URI=nylas_url, LOG_LEVEL="DEBUG")
    seen = walk(Visitor.inside(create_app(settings)), f"{name}+private.person@example.com")
    assert not traces("\n".join(seen.texts))
    written = every_log()
    assert not traces(written)
    assert '"outcome": ' in written
    assert not re.search(r"private.person", written)
    assert KEY not in written


ECHO = json.dumps(
    {
        "request_id": f"id-{CORE}",
        "error": {
            "type": f"grant.{PASSWORD}",
            "code": PASSWORD,
            "message": f"login failed for private.person@example.com {PASSWORD} {SENDING}",
            "provider_error": {"error": PASSWORD, "message": SENDING, "code": PASSWORD},
        },
        "message": PASSWORD,
    }
)
ECHOES = {
    "in an error": say(http("400 Bad Request", ECHO.replace(f"id-{CORE}", "r1"))),
    "in a plain error": say(http("400 Bad Request", json.dumps({"error": PASSWORD}))),
    "in a page": say(http("502 Bad Gateway", f"<html>{PASSWORD}")),
    "in a status line": say(http(f"418 {CORE}")),
    "in a header": say(http("429 Too Many", retry_after=CORE, x_request_id=PASSWORD)),
    "in a redirect": say(http("302 Found", location=f"/{CORE}")),
    "in what is not HTTP": say(PASSWORD.encode()),
    "in an encoding": say(http(content_encoding=CORE)),
    "after a silence": hang(http(body=PASSWORD)[:-5]),
}


@pytest.mark.parametrize("play", ECHOES.values(), ids=ECHOES)
def test_a_password_that_comes_back_from_nylas_is_not_passed_on(
    every_log: Callable[[], str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    play: Play,
) -> None:
    monkeypatch.setattr(client, "DETECT_SECONDS", 0.5)
    for name in ("LOOKUP_SECONDS", "GRANT_SECONDS"):
        monkeypatch.setattr(grants, name, 0.5)
    # It tells headers of answers when it tells all.
    caplog.set_level(logging.INFO, logger="httpcore")
    with hostile(play) as server:
        settings = make_settings(NYLAS_API_KEY=KEY, NYLAS_API_URI=server.url, LOG_LEVEL="DEBUG")
        seen = walk(Visitor.inside(create_app(settings)), "private.person@example.com")
        assert [request for request in server.requests if CORE.encode() in request.body]
    assert not traces("\n".join(seen.texts))
    written = every_log()
    assert not traces(written)
    assert "private.person" not in written


def test_a_fault_of_the_program_itself_tells_no_password(every_log: Callable[[], str]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v3/connect/custom":
            raise RuntimeError(request.content)
        return httpx.Response(503)

    settings = make_settings(NYLAS_API_KEY=KEY, LOG_LEVEL="DEBUG")
    app = create_app(settings, transport=httpx.MockTransport(fail))
    seen = walk(Visitor.inside(app), "private.person@example.com")
    assert "Something broke on our side" in "\n".join(seen.texts)
    assert not traces("\n".join(seen.texts))
    written = every_log()
    assert '"unexpected_error"' in written
    assert not traces(written)
    assert "private.person" not in written


def test_a_password_in_the_wrong_place_is_not_kept_either(
    every_log: Callable[[], str], visitor: Visitor
) -> None:
    seen = Everything(visitor)
    visitor.submit(visitor.get("/"), email="private.person@example.com", password=PASSWORD)
    assert not traces("\n".join(seen.texts))
    assert not traces(every_log())


def test_the_search_finds_a_password_in_every_form() -> None:
    for form in (
        f"x{PASSWORD}y",
        quote(f"/?p={PASSWORD}"),
        quote_plus(PASSWORD),
        html.escape(f"<{PASSWORD}>"),
        json.dumps({"password": PASSWORD}),
        repr({"password": SENDING}),
        *(base64.b64encode(f"{'x' * n}{PASSWORD}{n}".encode()).decode() for n in range(7)),
        *(base64.urlsafe_b64encode(f"{'x' * n}{SENDING}".encode()).decode() for n in range(7)),
    ):
        assert traces(form), form
    assert not traces("Just a page, with the word password and a Canary.")
