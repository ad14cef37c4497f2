"""SIGHUP: files of settings and secrets are read again, and a mistake in them ends nothing."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from bench.ports import free_port
from config import ROOT
from tests.browser.nylas import Nylas as Sandbox
from tests.conftest import SECRET
from tests.drills.drilled import page as drilled
from tests.journeys.test_oauth import decide, reach, start
from tests.latchkey.webhook_receiver import eventually
from tests.servers import serve, wait_for
from tests.test_servers import ask, gunicorn, stop

pytestmark = pytest.mark.slow

FIRST, SECOND = "nyk_v0_the-first", "nyk_v0_the-second"


class Nylas:
    """Answers everybody, and knows which keys it was shown."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def __call__(self, environ: Any, start_response: Callable[..., Any]) -> Any:
        self.keys.append(Request(environ).headers["Authorization"].removeprefix("Bearer "))
        answer = Response('{"data": [{"provider": "imap"}]}', content_type="application/json")
        return answer(environ, start_response)


class Page:
    """The page under gunicorn, whose key and brand are in files."""

    def __init__(self, folder: Path, nylas_url: str) -> None:
        self.key, self.brand, self._log = folder / "key", folder / "brand.toml", folder / "log"
        self.key.write_text(f"{FIRST}\n")
        self.brand.write_text('name = "Northwind"\n')
        self._port = free_port()
        self.process = gunicorn(
            "app:create_app()", folder, SANDBOX="", HOST="127.0.0.1", PORT=str(self._port),
            NYLAS_API_KEY_FILE=str(self.key), NYLAS_API_URI=nylas_url, SECRET_KEY=SECRET,
            BRAND_FILE=str(self.brand), STATE_DIR=str(folder / "state"), MX_LOOKUPS="false",
        )  # fmt: skip
        wait_for(self._port, self.process)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def show(self) -> str:
        return ask(self._port, "GET / HTTP/1.1", "Host: localhost", "Connection: close")

    def reload(self) -> None:
        self.process.send_signal(signal.SIGHUP)


@pytest.fixture
def nylas() -> Nylas:
    return Nylas()


@pytest.fixture
def page(tmp_path: Path, nylas: Nylas) -> Iterator[Page]:
    with serve(nylas) as url:
        made = Page(tmp_path, url)
        try:
            eventually(lambda: FIRST in nylas.keys, 30)
            yield made
        finally:
            stop(made.process)


def test_a_new_api_key_and_a_new_brand_are_taken_without_a_restart(
    page: Page, nylas: Nylas
) -> None:
    page.key.write_text(f"{SECOND}\n")
    page.brand.write_text('name = "Southwind"\n')
    page.reload()
    eventually(lambda: SECOND in nylas.keys, 30)
    eventually(lambda: "Worker exiting" in page.log, 30)
    assert "Southwind" in page.show()
    assert page.process.poll() is None


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (lambda page: page.key.write_text(""), "is empty"),
        (lambda page: page.key.unlink(), "NYLAS_API_KEY"),
        (lambda page: page.key.write_text("sk_live_of-stripe"), "Stripe"),
        (lambda page: page.brand.write_text("name = Northwind"), "brand.toml"),
    ],
    ids=["an empty file", "no file", "another vendor's key", "a broken brand"],
)
def test_a_mistake_is_told_and_the_page_goes_on_as_before(
    page: Page, mistake: Callable[[Page], object], words: str
) -> None:
    mistake(page)
    page.reload()
    eventually(lambda: "the page goes on as before" in page.log, 30)
    assert words in page.log.rpartition("goes on as before")[2]
    assert "of-stripe" not in page.log
    time.sleep(1)
    assert page.process.poll() is None
    assert "Northwind" in page.show()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What starts the page, with a ``.env`` of its own."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("app.py", "config.py"):
        shutil.copy(ROOT / name, folder)
    for name in ("latchkey", "deploy", "templates", "static", "locales"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.mark.parametrize("name", ["HOST", "PORT", "METRICS_PORT"])
def test_another_address_to_listen_at_needs_a_restart_and_ends_nothing(
    name: str, copy: Path, tmp_path: Path
) -> None:
    names = ("HOST", "PORT", "METRICS_PORT", "BRAND_NAME")
    # In the environment of the tests they are empty, which would win over the file.
    before = ("env", *(f"--unset={each}" for each in names))
    port, log = free_port(), tmp_path / "log"
    usual = {"HOST": "127.0.0.1", "PORT": str(port), "METRICS_PORT": str(free_port())}
    other = {name: "127.0.0.2" if name == "HOST" else str(free_port()), "BRAND_NAME": "Southwind"}

    def write(**values: str) -> None:
        (copy / ".env").write_text("".join(f"{key}={text}\n" for key, text in values.items()))

    write(**usual)
    process = gunicorn(
        "app:create_app()", tmp_path, before, copy, SANDBOX="", NYLAS_API_KEY=FIRST,
        NYLAS_API_URI="http://127.0.0.1:9", SECRET_KEY=SECRET, MX_LOOKUPS="false",
        STATE_DIR=str(tmp_path / "state"), BRAND_FROM_NYLAS="false",
    )  # fmt: skip
    try:
        wait_for(port, process)
        # A worker that is only just starting would read the next file.
        assert "Southwind" not in ask(port, "GET / HTTP/1.1", "Host: localhost")
        write(**usual | other)
        process.send_signal(signal.SIGHUP)
        eventually(lambda: "HOST, PORT and METRICS_PORT need a restart" in log.read_text(), 30)
        time.sleep(1)
        assert process.poll() is None
        shown = ask(port, "GET / HTTP/1.1", "Host: localhost")
        assert "200 OK" in shown
        assert "Southwind" not in shown
        write(**usual, BRAND_NAME="Southwind")
        process.send_signal(signal.SIGHUP)
        eventually(lambda: "Southwind" in ask(port, "GET / HTTP/1.1", "Host: localhost"), 30)
    finally:
        stop(process)


def test_a_new_client_secret_finishes_who_is_on_the_way_at_the_provider(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the-former-one")
    with (
        serve(Sandbox()) as url,
        drilled(
            tmp_path, NYLAS_API_URI=url, GOOGLE_CLIENT_ID="sandbox-google",
            GOOGLE_CLIENT_SECRET_FILE=str(secret), **addresses("google", url),
        ) as there,
    ):  # fmt: skip
        visitor = there.visitor()
        back = decide(visitor, start(visitor, reach(visitor, "google")))
        former = set(there.workers)
        secret.write_text("sandbox-secret-google")
        there.process.send_signal(signal.SIGHUP)
        eventually(lambda: there.workers and not former & set(there.workers), 30)
        assert visitor.get(back).heading == "Your mailbox is connected"
        assert "sandbox-secret" not in there.log


def test_a_client_secret_that_the_provider_dropped_is_said_so_to_the_operator(
    tmp_path: Path,
) -> None:
    with (
        serve(Sandbox()) as url,
        drilled(
            tmp_path, NYLAS_API_URI=url, GOOGLE_CLIENT_ID="sandbox-google",
            GOOGLE_CLIENT_SECRET="the-former-one", **addresses("google", url),
        ) as there,
    ):  # fmt: skip
        visitor = there.visitor()
        shown = visitor.get(decide(visitor, start(visitor, reach(visitor, "google"))))
        assert (shown.status, shown.heading) == (503, "This page isn’t set up correctly")
        (line,) = there.logged("grant")
        assert (line["level"], line["outcome"]) == ("error", "client_refused")


def addresses(key: str, url: str) -> dict[str, str]:
    """Where the sandbox's stand-in for a provider is."""
    kinds = ("authorize", "token", "userinfo", "revoke")
    return {f"{key.upper()}_{kind.upper()}_URL": f"{url}/oauth/{key}/{kind}" for kind in kinds}
