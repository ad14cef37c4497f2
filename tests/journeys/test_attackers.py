"""One attacker and honest users side by side, over real sockets."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import dns.message
import httpx
import pytest

from app import create_app
from latchkey.connect import silence
from latchkey.providers import mail_records
from latchkey.sandbox import create_sandbox
from tests.conftest import KEY, make_settings
from tests.nameserver import NameServer
from tests.pages import Page, Visitor
from tests.servers import RedisServer, redis, serve

ATTACKER = "198.51.100.66"
# So high that what is tested here is the fair share, not the limits.
HIGH = "client=9000/5m client_refused=9000/5m mailbox=9000/5m address=9000/5m"


class Nylas:
    """The sandbox's; sign-ins with a login name of ``tarpit`` hang until the end."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.tries = 0
        self.hanging = 0
        self._inner = httpx.WSGITransport(app=create_sandbox(api_key=KEY))
        self.transport = httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v3/connect/custom":
            self.tries += 1
            if b"tarpit" in request.content:
                self.hanging += 1
                self.over.wait(60)
                raise httpx.ReadTimeout("tarpit")
        return self._inner.handle_request(request)


class Site:
    """A page behind one proxy, which says where its clients are."""

    def __init__(self, url: str, nylas: Nylas) -> None:
        self.url = url
        self.nylas = nylas

    def visitor(self, address: str) -> Visitor:
        visitor = Visitor.at(self.url)
        visitor.client.headers["X-Forwarded-For"] = address
        return visitor

    def enter(self, visitor: Visitor, email: str) -> Page:
        """Go through the e-mail step, to the form for the password."""
        page = visitor.enter(email)
        if page.url.path == "/providers":
            # Detection took longer than the page waits, so the person chooses.
            page = visitor.get(page.leading("/connect/imap"))
        return page

    def sign_in(self, address: str, email: str) -> int:
        visitor = self.visitor(address)
        page = self.enter(visitor, email)
        if page.status != 200:
            return page.status
        return visitor.client.post(
            page.action(), data=page.fields() | {"password": "secret"}
        ).status_code

    def honest(self, number: int) -> list[int]:
        """So many people, each at a place and with a mailbox of their own, one after another."""
        return [
            self.sign_in(f"203.0.113.{one}", f"person-{one}@example.com") for one in range(number)
        ]


@contextmanager
def site(**variables: str) -> Iterator[Site]:
    nylas = Nylas()
    settings = make_settings(NYLAS_API_KEY=KEY, TRUSTED_PROXIES="1", **variables)
    with serve(create_app(settings, transport=nylas.transport)) as url:
        try:
            yield Site(url, nylas)
        finally:
            nylas.over.set()


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def open_site(request: pytest.FixtureRequest) -> Iterator[Callable[..., Site]]:
    """Opens a site, with Redis or without."""
    with ExitStack() as stack:
        shared = {}
        if request.param == "redis":
            server: RedisServer = stack.enter_context(redis())
            shared = {"REDIS_URL": server.url}
        yield lambda **more: stack.enter_context(site(**{**shared, **more}))


def test_sixty_hanging_logins_and_more_every_second_stop_nobody(
    open_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "_SILENT_SECONDS", 0.5)
    here = open_site(LIMITS=HIGH)
    with ThreadPoolExecutor(90) as pool:
        for number in range(60):
            pool.submit(here.sign_in, ATTACKER, f"tarpit-{number}@example.org")
        until = time.monotonic() + 30
        while here.nylas.hanging < 60 and time.monotonic() < until:
            time.sleep(0.05)
        assert here.nylas.hanging == 60
        time.sleep(0.6)
        for number in range(10):
            pool.submit(here.sign_in, ATTACKER, f"tarpit-more-{number}@example.org")
        assert here.honest(10) == [303] * 10
        here.nylas.over.set()


def test_a_flood_of_wrong_passwords_costs_others_nothing(open_site: Callable[..., Site]) -> None:
    here = open_site(LIMITS="on", NYLAS_SIGN_INS_PER_SECOND="5")
    with ThreadPoolExecutor(40) as pool:
        flood = [
            pool.submit(here.sign_in, ATTACKER, f"someone-{number}@example.org")
            for number in range(120)
        ]
        time.sleep(0.5)
        assert here.honest(6) == [303] * 6, "who waits for too long is answered 503"
        statuses = [one.result() for one in flood if not one.cancel()]
    assert set(statuses) <= {303, 429, 503}
    assert here.nylas.tries <= 40 + 6


class _SilentWithin(NameServer):
    """Knows of every mail domain but one, whose name servers keep silent about its hosts."""

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        name = query.question[0].name.to_text(omit_final_dot=True)
        return None if name.endswith(".tarpit.example") else super()._answer(query)


@pytest.mark.slow
@pytest.mark.parametrize(
    "addresses", [[ATTACKER], [f"2001:db8:66:{number:x}::1" for number in range(8)]]
)
def test_servers_of_a_silent_domain_do_not_keep_others_from_naming_theirs(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever answers here shares a processor with the attack, and is slow, but not silent.
    for name in ("_SECONDS", "_TRY_SECONDS", "_PROBE_SECONDS"):
        monkeypatch.setattr(mail_records, name, 3.0)
    server, over = _SilentWithin(), threading.Event()
    server.zone = {f"own-{one}.example": ["10 mx.hoster.example."] for one in range(8)}
    server.start()
    host, port = server.address

    def type_silent_servers(here: Site, thread: int, address: str) -> None:
        visitor = here.visitor(address)
        page = here.enter(visitor, "someone@tarpit.example")
        number = 0
        while not over.is_set():
            typed = {"imap_host": f"{thread}-{number}.tarpit.example", "password": ""}
            assert visitor.submit(page, **typed).status == 422
            number += 1

    def name_own_server(here: Site, one: int) -> int:
        visitor = here.visitor(f"203.0.113.{one}")
        page = here.enter(visitor, f"person@own-{one}.example")
        typed = dict.fromkeys(("imap_host", "smtp_host"), "mail.hoster.example")
        return visitor.submit(page, password="secret", **typed).status

    with (
        site(LIMITS="on", MX_LOOKUPS="true", DNS_SERVER=f"{host}:{port}") as here,
        ThreadPoolExecutor(12) as pool,
    ):
        try:
            flood = [
                pool.submit(type_silent_servers, here, thread, addresses[thread % len(addresses)])
                for thread in range(12)
            ]
            time.sleep(2)
            assert [name_own_server(here, one) for one in range(8)] == [200] * 8
        finally:
            over.set()
    server.stop()
    for one in flood:
        one.result()
