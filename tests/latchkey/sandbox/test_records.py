from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from latchkey.sandbox import create_sandbox

ALL = ["google", "microsoft", "yahoo", "zoom", "imap", "icloud", "ews"]


def test_connectors_are_listed_and_oauth_ones_show_their_client(caller: Any) -> None:
    listed = caller.send("GET", "/connectors?limit=50").json
    assert (listed["limit"], listed["offset"]) == (50, 0)
    assert [each["provider"] for each in listed["data"]] == ALL
    clients = {each["provider"]: each.get("settings") for each in listed["data"]}
    assert clients == {
        **{name: {"client_id": f"sandbox-{name}"} for name in ALL[:4]},
        **dict.fromkeys(ALL[4:]),
    }


def test_lists_come_in_pages(caller: Any) -> None:
    page = caller.send("GET", "/connectors?limit=2&offset=1").json
    assert [each["provider"] for each in page["data"]] == ALL[1:3]
    assert (page["limit"], page["offset"]) == (2, 1)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "offset=-1", "limit=²"])
def test_impossible_pages_are_refused(query: str, caller: Any) -> None:
    assert caller.send("GET", f"/grants?{query}").status_code == 400


def test_one_connector_is_shown_or_not_found(make_caller: Callable[..., Any]) -> None:
    caller = make_caller(connectors=("imap",))
    shown = caller.send("GET", "/connectors/imap")
    assert (shown.status_code, shown.json["data"]["provider"]) == (200, "imap")
    assert caller.send("GET", "/connectors/google").status_code == 404


def test_a_connector_nobody_knows_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="gopher"):
        create_sandbox(connectors=("imap", "gopher"))


def test_the_application_says_who_it_is(caller: Any) -> None:
    application = caller.send("GET", "/applications").json["data"]
    assert application["application_id"] == "sandbox-application"
    assert application["environment"] in ("production", "staging")


def test_the_application_says_where_people_may_be_sent_back_to(
    make_caller: Callable[..., Any],
) -> None:
    def told(**options: Any) -> list[dict[str, str]]:
        application = make_caller(**options).send("GET", "/applications").json["data"]
        return list(application["callback_uris"])

    (usual,) = told()
    assert (usual["platform"], usual["url"]) == ("web", "http://localhost:5000/callback")
    assert str(UUID(usual["id"])) == usual["id"]
    chosen = told(callback_uris=[usual["url"], "https://app.example.com/callback"])
    assert chosen[0] == usual
    assert [each["url"] for each in chosen[1:]] == ["https://app.example.com/callback"]
    assert chosen[1]["id"] != usual["id"]
    assert told(callback_uris=()) == []


def test_grants_are_found_by_address_and_provider(caller: Any) -> None:
    caller.connect_imap("a@example.com")
    caller.connect_imap("b@example.com")
    assert [each["email"] for each in caller.grants("A@EXAMPLE.com")] == ["a@example.com"]
    assert caller.grants("c@example.com") == []
    for provider, count in (("imap", 2), ("ews", 0)):
        found = caller.send("GET", f"/grants?provider={provider}").json["data"]
        assert len(found) == count


def test_a_deleted_grant_is_gone_and_comes_back_with_a_new_id(caller: Any) -> None:
    first = caller.connect_imap("a@example.com").json["data"]["id"]
    deleted = caller.send("DELETE", f"/grants/{first}")
    assert (deleted.status_code, set(deleted.json)) == (200, {"request_id"})
    for method in ("GET", "DELETE"):
        assert caller.send(method, f"/grants/{first}").status_code == 404
    assert caller.connect_imap("a@example.com").json["data"]["id"] != first
