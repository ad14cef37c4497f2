import itertools
import json
from typing import Any

import pytest
from redis import Redis

from tests.latchkey.web.limits.many_clients import Town, at_once
from tests.servers import RedisServer

pytestmark = pytest.mark.slow

OWN_HOST = {"imap_host": "mail.example.com"}
VICTIM = "wrong-password@example.com"
STATUSES_OF_SIX = [422, 422, 422, 422, 422, 429]


@pytest.fixture(params=["memory", "redis"])
def town(request: pytest.FixtureRequest) -> Town:
    if request.param == "memory":
        return Town()
    server: RedisServer = request.getfixturevalue("server")
    return Town(REDIS_URL=server.url)


def addresses(number: int) -> list[str]:
    return [f"203.0.113.{last}" for last in range(1, number + 1)]


def test_a_sixth_password_within_five_minutes_does_not_reach_nylas(town: Town) -> None:
    pages = [town.guess("203.0.113.1", VICTIM) for _ in range(6)]
    assert [page.status for page in pages] == STATUSES_OF_SIX
    assert town.nylas.tries == 5


def test_thirty_clients_that_guess_for_one_mailbox_share_its_five_tries(town: Town) -> None:
    for address in addresses(30):
        town.guess(address, VICTIM)
    assert town.nylas.tries == 5


def test_one_client_cannot_try_a_hundred_and_fifty_mailboxes(town: Town) -> None:
    for number in range(60):
        town.guess("203.0.113.1", f"someone-{number}@example.com")
    assert town.nylas.tries == 40


def test_refused_passwords_stop_a_client_earlier(town: Town) -> None:
    town.nylas.refuses = True
    for number in range(30):
        town.guess("203.0.113.1", f"someone-{number}@example.com")
    assert town.nylas.tries == 20


def test_the_owner_gets_in_from_another_client_while_a_stranger_floods_the_mailbox(
    town: Town,
) -> None:
    for _ in range(20):
        town.guess("198.51.100.66", "owner@example.com")
    assert town.guess("203.0.113.9", "owner@example.com").heading == "Your mailbox is connected"


def test_a_browser_that_connected_the_mailbox_before_is_never_held_up_by_strangers(
    town: Town,
) -> None:
    owner = town.client("203.0.113.9")
    assert owner.sign_in("owner@example.com").heading == "Your mailbox is connected"
    for address in addresses(8):
        town.guess(address, "owner@example.com")
    assert town.guess("203.0.113.9", "owner@example.com").status == 429
    assert owner.sign_in("owner@example.com").heading == "Your mailbox is connected"


def test_a_signed_link_is_not_held_up_by_strangers(town: Town) -> None:
    for address in addresses(8):
        town.guess(address, "owner@example.com")
    link = town.app.extensions["services"].links.make("owner@example.com", seconds=600)
    owner = town.client("198.51.100.66")
    page = owner.submit(owner.get(f"/?link={link}"))
    assert owner.submit(page, password="right").heading == "Your mailbox is connected"


def test_a_proof_for_one_mailbox_opens_no_other(town: Town) -> None:
    stranger = town.client("198.51.100.66")
    stranger.sign_in("own@example.com")
    for _ in range(9):
        stranger.sign_in("own@example.com", username="victim", **OWN_HOST)
    assert town.nylas.tries == 5


@pytest.mark.parametrize(
    "spellings",
    [
        ["Victim@Example.com", "VICTIM@example.com", "victim@EXAMPLE.COM"],
        ["victim+a@example.com", "victim+b@example.com", "victim@example.com"],
    ],
    ids=["capitals", "plus tags"],
)
def test_other_spellings_of_a_mailbox_open_no_second_counter(spellings: list[str]) -> None:
    town = Town()
    for address, email in zip(addresses(12), itertools.cycle(spellings), strict=False):
        town.guess(address, email)
    assert town.nylas.tries == 5


def test_the_login_name_counts_whatever_address_was_typed() -> None:
    town = Town()
    town.nylas.refuses = True
    for number, address in enumerate(addresses(12)):
        town.guess(address, f"mallory-{number}@example.com", username="victim", **OWN_HOST)
    assert town.nylas.tries == 5


def test_a_header_that_no_trusted_proxy_wrote_makes_no_other_client() -> None:
    town = Town()
    for number in range(50):
        visitor = town.client("198.51.100.66", **{"X-Forwarded-For": f"203.0.113.{number}"})
        visitor.sign_in(f"someone-{number}@example.com")
    assert town.nylas.tries == 40


def test_only_the_hop_that_the_trusted_proxy_wrote_counts() -> None:
    town = Town(TRUSTED_PROXIES="1")
    for number in range(50):
        forwarded = {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.66"}
        town.client("127.0.0.1", **forwarded).sign_in(f"someone-{number}@example.com")
    assert town.nylas.tries == 40


def test_ipv6_addresses_of_one_network_are_one_client() -> None:
    town = Town()
    for number in range(50):
        town.guess(f"2001:db8:1:2::{number:x}", f"someone-{number}@example.com")
    assert town.nylas.tries == 40


def test_a_network_of_ipv6_cannot_lock_the_owner_out(town: Town) -> None:
    for number in range(6):
        for _ in range(3):
            town.guess(f"2001:db8:aa:{number:x}::1", "owner@example.com")
    assert town.nylas.tries == 10, "those of two clients"
    assert town.guess("203.0.113.9", "owner@example.com").heading == "Your mailbox is connected"


def test_networks_of_ipv6_are_clients_and_together_have_the_room_of_four() -> None:
    town = Town(LIMITS="client=3/5m")
    tries = []
    for last in range(5):
        for number in range(4):
            town.guess(f"2001:db8:aa:{last:x}::1", f"someone-{last}-{number}@example.com")
        tries.append(town.nylas.tries)
    assert tries == [3, 6, 9, 12, 12]
    town.guess("2001:db8:ab::1", "someone@example.com")
    assert town.nylas.tries == 13


@pytest.mark.parametrize("written", ["203.0.113.7:{}", "[2001:db8::7]:{}", "[2001:db8::{:x}]"])
def test_a_proxy_that_names_the_port_as_well_makes_no_client_for_each(written: str) -> None:
    town = Town(TRUSTED_PROXIES="1", LIMITS="client=3/5m")
    for number in range(5):
        forwarded = {"X-Forwarded-For": written.format(40_000 + number)}
        town.client("127.0.0.1", **forwarded).sign_in(f"someone-{number}@example.com")
    assert town.nylas.tries == 3


def test_fifty_tries_at_once_count_one_by_one(town: Town) -> None:
    visitors = [town.client(address) for address in addresses(50)]
    pages = [visitor.enter(VICTIM) for visitor in visitors]
    at_once(50, lambda number: visitors[number].submit(pages[number], password="guess"))
    assert town.nylas.tries == 5


def test_the_page_says_how_long_to_wait_and_what_to_do_meanwhile(
    capsys: pytest.CaptureFixture[str],
) -> None:
    town = Town()
    visitor = town.client()
    pages = [visitor.sign_in(VICTIM) for _ in range(6)]
    page = pages[-1]
    assert 290 <= int(page.response.headers["retry-after"]) <= 300
    assert page.heading == "A short pause for this mailbox"
    assert "wait 5 minutes" in page.text
    assert {"Choose another way", "Use a different address"} <= set(page.links)
    assert visitor.get(page.links["Choose another way"]).status == 200
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (limit,) = [event for event in events if event["event"] == "limit"]
    assert (limit["level"], limit["outcome"]) == ("warning", "client_mailbox")


def test_pages_stay_readable_for_a_client_that_has_to_wait() -> None:
    town = Town()
    visitor = town.client()
    for _ in range(7):
        visitor.sign_in(VICTIM)
    assert visitor.get("/").status == 200
    assert visitor.enter(VICTIM).status == 200


def test_a_pause_is_announced_before_it_comes() -> None:
    town = Town()
    visitor = town.client()
    said = [
        "pauses" in visitor.sign_in(VICTIM).error_at("password") for _ in range(5)
    ]  # fmt: skip
    assert said == [False, False, True, True, True]


def test_a_form_that_arrives_twice_counts_once() -> None:
    town = Town()
    visitor = town.client()
    page = visitor.enter("someone@example.com")
    fields = page.fields() | {"password": "secret"}
    for _ in range(7):
        assert visitor.client.post(page.action(), data=fields).status_code == 303
    assert town.nylas.tries == 1


def test_no_address_is_readable_in_redis(server: RedisServer) -> None:
    town = Town(REDIS_URL=server.url)
    town.guess("203.0.113.77", "rather-special@example.com", username="other-special", **OWN_HOST)
    store: Any = Redis.from_url(server.url)
    kept = [str(key) for key in store.scan_iter("*")]
    kept += [str(store.lrange(key, 0, -1)) for key in store.scan_iter("*window:*")]
    store.close()
    assert "window:client_mailbox:" in " ".join(kept)
    assert "special" not in " ".join(kept)
    assert "203.0" not in " ".join(kept)


def test_limits_can_be_switched_off_and_the_log_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    town = Town(LIMITS="off")
    assert "passwords can be guessed" in capsys.readouterr().out
    for _ in range(8):
        town.guess("203.0.113.1", VICTIM)
    assert town.nylas.tries == 8


def test_an_operator_can_allow_a_client_more() -> None:
    town = Town(LIMITS="client=3/5m mailbox=2/5m")
    for number in range(6):
        town.guess("203.0.113.1", f"someone-{number}@example.com")
    assert town.nylas.tries == 3


def test_while_redis_is_gone_the_limits_still_hold(server: RedisServer) -> None:
    town = Town(REDIS_URL=server.url)
    for _ in range(3):
        town.guess("203.0.113.1", VICTIM)
    server.stop()
    for _ in range(5):
        town.guess("203.0.113.1", VICTIM)
    assert town.nylas.tries == 5
    server.start()
    town.guess("203.0.113.1", VICTIM)
    assert town.nylas.tries == 5


def test_two_instances_with_one_redis_share_the_counters(server: RedisServer) -> None:
    towns = [Town(REDIS_URL=server.url) for _ in range(2)]
    for number, address in enumerate(addresses(12)):
        towns[number % 2].guess(address, VICTIM)
    assert sum(town.nylas.tries for town in towns) == 5


def test_processes_without_redis_have_a_share_each() -> None:
    towns = [Town(WEB_CONCURRENCY="2") for _ in range(2)]
    for number, address in enumerate(addresses(12)):
        towns[number % 2].guess(address, VICTIM)
    assert sum(town.nylas.tries for town in towns) == 4
