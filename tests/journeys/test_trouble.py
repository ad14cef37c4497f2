"""When a provider fails for many people, its page says so before the next one types."""

from collections.abc import Callable, Iterator

import pytest

from app import create_app
from latchkey.connect.trouble import SANDBOX_TROUBLE
from tests.conftest import KEY, make_settings
from tests.pages import Page, Visitor
from tests.servers import RedisServer, redis

TOLD = "Apple iCloud has trouble just now."
Visits = Callable[..., Visitor]


@pytest.fixture
def from_network(visit: Visits) -> Callable[[int], Visitor]:
    """People of many networks who come to the same page."""
    visitor = visit(TRUSTED_PROXIES="1")

    def come(number: int) -> Visitor:
        visitor.client.cookies.clear()
        visitor.client.headers["X-Forwarded-For"] = f"127.0.1.{number}"
        return visitor

    return come


def try_often(from_network: Callable[[int], Visitor], address: str, networks: range) -> None:
    for number in networks:
        for _ in range(2):
            from_network(number).sign_in(address)


def show(visitor: Visitor, address: str = "someone@icloud.com") -> Page:
    return visitor.enter(address)


def test_many_failures_of_many_people_are_told_beforehand(
    from_network: Callable[[int], Visitor],
) -> None:
    try_often(from_network, "unreachable@icloud.com", range(10))
    page = show(from_network(99))
    assert TOLD in page.text
    assert page.fields()["password"] == ""
    # It is still possible to sign in, and other providers are not meant.
    assert (
        from_network(98).sign_in("someone@icloud.com", "abcd-efgh-ijkl-mnop").heading
        == "Your mailbox is connected"
    )
    assert "has trouble" not in show(from_network(97), "someone@yahoo.com").text


def test_one_stranger_does_not_make_it_appear(from_network: Callable[[int], Visitor]) -> None:
    for _ in range(40):
        from_network(1).sign_in("unreachable@icloud.com")
    assert TOLD not in show(from_network(2)).text


def test_fewer_than_twenty_tries_say_nothing(from_network: Callable[[int], Visitor]) -> None:
    try_often(from_network, "unreachable@icloud.com", range(9))
    assert TOLD not in show(from_network(99)).text


def test_a_provider_that_answers_most_people_has_no_trouble(
    from_network: Callable[[int], Visitor],
) -> None:
    try_often(from_network, "wrong-password@icloud.com", range(10))
    try_often(from_network, "unreachable@icloud.com", range(10))
    assert TOLD not in show(from_network(99)).text


def test_failures_of_nylas_and_of_limits_are_not_the_providers(
    from_network: Callable[[int], Visitor],
) -> None:
    for kind in ("internal", "rate-limited", "bad-key"):
        try_often(from_network, f"{kind}@icloud.com", range(10))
    assert TOLD not in show(from_network(99)).text


def test_servers_that_were_typed_say_nothing_about_a_provider(
    from_network: Callable[[int], Visitor],
) -> None:
    for number in range(20):
        from_network(number).sign_in("unreachable@yahoo.com", imap_port="143")
    assert "has trouble" not in show(from_network(99), "someone@yahoo.com").text


def test_it_is_over_after_a_quarter_of_an_hour(
    from_network: Callable[[int], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: shown[0])
    try_often(from_network, "unreachable@icloud.com", range(10))
    assert TOLD in show(from_network(99)).text
    shown[0] += 15 * 60 + 10
    assert TOLD not in show(from_network(98)).text


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


@pytest.mark.redis
def test_all_processes_know_of_it(visit: Visits, server: RedisServer) -> None:
    processes = [visit(TRUSTED_PROXIES="1", REDIS_URL=server.url) for _ in range(3)]
    for number in range(20):
        visitor = processes[number % 2]
        visitor.client.cookies.clear()
        visitor.client.headers["X-Forwarded-For"] = f"127.0.1.{number}"
        visitor.sign_in("unreachable@icloud.com")
    assert TOLD in show(processes[2]).text


def test_a_domain_of_the_sandbox_shows_it_and_no_other(visitor: Visitor) -> None:
    page = visitor.enter("someone@trouble.example.com")
    assert "trouble.example.com has trouble just now." in page.text
    assert visitor.submit(page, password="secret").heading == "Your mailbox is connected"


def test_only_the_sandbox_has_such_a_domain() -> None:
    settings = make_settings(NYLAS_API_KEY=KEY)
    trouble = create_app(settings).extensions["services"].trouble
    assert not trouble.is_known(SANDBOX_TROUBLE[0])
