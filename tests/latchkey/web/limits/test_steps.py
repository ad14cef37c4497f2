"""Many networks at once, and honest people beside them."""

import pytest

from latchkey.web.services import Services
from tests.latchkey.web.limits.many_clients import Town, at_once
from tests.pages import Visitor

pytestmark = pytest.mark.slow


def strangers(town: Town, number: int) -> list[Visitor]:
    return [town.client(f"198.51.100.{last}") for last in range(1, number + 1)]


def flood(town: Town, number: int = 12) -> list[int]:
    """E-mail steps of so many networks."""
    return [visitor.enter("someone@example.com").status for visitor in strangers(town, number)]


def signed_link(town: Town) -> str:
    services: Services = town.app.extensions["services"]
    return f"/?link={services.links.make('owner@example.com', seconds=600)}"


def test_many_networks_leave_half_of_the_address_steps_to_who_connected_before(
    shared: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    town = Town(LIMITS="address_all=10/5m", **shared)
    owner = town.client("203.0.113.9")
    assert owner.sign_in("owner@example.com").heading == "Your mailbox is connected"
    assert flood(town) == [200] * 4 + [429] * 8
    assert '"outcome": "address_new"' in capsys.readouterr().out
    page = town.client("203.0.113.10").enter("new@example.com")
    assert (page.status, page.heading) == (429, "A short pause")
    assert [owner.enter("owner@example.com").status for _ in range(5)] == [200] * 5
    assert owner.enter("owner@example.com").status == 429, "10 in all"


def test_thirty_networks_at_the_same_moment_share_one_room(shared: dict[str, str]) -> None:
    town = Town(LIMITS="address_all=20/5m", **shared)
    visitors = strangers(town, 30)
    statuses = at_once(30, lambda number: visitors[number].enter("someone@example.com").status)
    assert sorted(statuses) == [200] * 10 + [429] * 20


def test_a_signed_link_is_a_good_past(shared: dict[str, str]) -> None:
    town = Town(LIMITS="address_all=6/5m", **shared)
    flood(town)
    owner = town.client("203.0.113.9")
    assert owner.submit(owner.get(signed_link(town))).status == 200


def test_copies_of_a_proof_have_together_what_one_client_has(shared: dict[str, str]) -> None:
    town = Town(LIMITS="address_all=40/5m address=3/5m", **shared)
    owner = town.client("203.0.113.9")
    owner.sign_in("owner@example.com")
    flood(town, 25)
    copies = strangers(town, 12)
    for visitor in copies:
        visitor.client.cookies.update(owner.client.cookies)
    statuses = [visitor.enter("someone@example.com").status for visitor in copies]
    assert statuses == [200] * 3 + [429] * 9


def test_an_invented_proof_is_none() -> None:
    town = Town(LIMITS="address_all=6/5m")
    flood(town)
    stranger = town.client("203.0.113.9")
    stranger.client.cookies.set("signin-device", "invented")
    assert stranger.enter("someone@example.com").status == 429


def test_what_leads_nowhere_takes_no_room() -> None:
    town = Town(LIMITS="address_all=6/5m oauth_start_all=2/5m")
    for visitor in strangers(town, 12):
        visitor.client.post("/", data={"email": "someone@example.com"})
        visitor.enter("no address")
        visitor.client.get("/oauth/google/start?s=invented&t=invented")
    assert town.client("203.0.113.9").enter("owner@example.com").status == 200


def test_broken_links_of_many_networks_are_limited_and_good_ones_still_open(
    shared: dict[str, str],
) -> None:
    town = Town(LIMITS="broken_link_all=6/5m", **shared)
    statuses = [visitor.get("/?link=a.b").status for visitor in strangers(town, 9)]
    assert statuses == [400] * 6 + [429] * 3
    assert town.client("203.0.113.9").get(signed_link(town)).status == 200


def test_limits_that_are_off_hold_nobody_up() -> None:
    assert flood(Town(LIMITS="off")) == [200] * 12
