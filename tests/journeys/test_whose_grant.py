"""Whose grant is handed out: the one that this sign-in made, by the address that Nylas names."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from flask import Flask

from app import create_app
from latchkey.apps import SignedLinks
from latchkey.problems.mailbox import ACCOUNT_MISMATCH, ADDRESS_UNKNOWN, LOGIN_SHARED
from latchkey.problems.nylas import OUTCOME_UNKNOWN
from tests.conftest import KEY, make_settings
from tests.grants import Grants, breaks_off
from tests.pages import Page, Visitor

VICTIM = "victim@corp.example"
OWN = "own@corp.example"
DONE = "Your mailbox is connected"
LINK_KEY = "a-key-for-links-that-only-these-tests-know"


def make_app(grants: Grants, **variables: str) -> Flask:
    settings = make_settings(
        NYLAS_API_KEY=KEY, LINK_KEY=LINK_KEY, LIMITS="off", PUBLIC_URL="http://localhost",
        **variables,
    )  # fmt: skip
    return create_app(settings, transport=grants.transport())


@pytest.fixture
def grants() -> Grants:
    return Grants()


@pytest.fixture
def app(grants: Grants) -> Flask:
    return make_app(grants)


def opened(app: Flask, email: str) -> tuple[Visitor, Page]:
    """A user who opened a link for this address, at the form."""
    links: SignedLinks = app.extensions["services"].links
    visitor = Visitor.inside(app)
    page = visitor.get(f"/?link={links.make(email, provider='imap', seconds=600)}")
    return visitor, visitor.submit(page)


BROKEN: dict[str, Callable[[], httpx.Response]] = {
    "cut": breaks_off,
    "gateway": lambda: httpx.Response(502, content=b"<html>"),
    "unavailable": lambda: httpx.Response(503),
    "timeout of a gateway": lambda: httpx.Response(504),
    "half an answer": lambda: httpx.Response(201, content=b'{"data": {"id'),
}
each_break = pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)


@each_break
def test_a_fresh_grant_of_another_user_is_not_handed_out_after_a_broken_call(
    app: Flask, grants: Grants, broken: Callable[[], httpx.Response]
) -> None:
    grants.makes = False
    grants.broken = broken
    grants.connect(VICTIM, state="of the victim")
    visitor = Visitor.inside(app)
    page = visitor.sign_in(VICTIM)
    assert (page.status, page.heading) == (504, OUTCOME_UNKNOWN.title)
    assert visitor.get("/connected").heading != DONE


@each_break
def test_the_own_grant_is_found_after_a_broken_call_and_the_password_is_sent_once(
    app: Flask, grants: Grants, broken: Callable[[], httpx.Response]
) -> None:
    grants.broken = broken
    page = Visitor.inside(app).sign_in(OWN)
    assert page.heading == DONE
    assert OWN in page.text
    assert len(grants.sent) == 1


def test_every_call_has_a_state_of_its_own(app: Flask, grants: Grants) -> None:
    for _ in range(3):
        Visitor.inside(app).sign_in(OWN)
    states = {body["state"] for body in grants.sent}
    assert len(states) == 3
    assert all(32 < len(state) <= 256 for state in states)


@pytest.mark.parametrize("field", ["salt", "sign_in", "link", "address", "provider", "form"])
def test_the_form_of_another_sign_in_is_sent_anew_whatever_fields_it_has(
    app: Flask, grants: Grants, field: str
) -> None:
    typed = {"password": "secret", field: "fixed", "attempt": "fixed"}
    mallory, form = opened(app, "mallory@corp.example")
    assert mallory.submit(form, **typed).heading == DONE
    bob, form = opened(app, "bob@corp.example")
    page = bob.submit(form, **typed)
    assert page.heading == DONE
    assert "bob@corp.example" in page.text
    logins = [body["settings"]["imap_username"] for body in grants.sent]
    assert logins == ["mallory@corp.example", "bob@corp.example"]


def test_a_short_answer_is_completed_by_asking_nylas(app: Flask, grants: Grants) -> None:
    grants.short = True
    grants.named[OWN] = "renamed@corp.example"
    page = Visitor.inside(app).sign_in(OWN)
    assert page.heading == DONE
    assert "renamed@corp.example" in page.text
    assert "this is not own@corp.example" in page.text


def test_an_address_that_nylas_does_not_know_is_not_replaced_by_the_typed_one(
    app: Flask, grants: Grants
) -> None:
    grants.named[OWN] = None
    page = Visitor.inside(app).sign_in(OWN)
    assert page.heading == DONE
    assert OWN not in page.text


@pytest.mark.parametrize(
    ("named", "problem"), [("else@corp.example", ACCOUNT_MISMATCH), (None, ADDRESS_UNKNOWN)]
)
def test_under_a_link_another_mailbox_is_refused_and_its_new_grant_deleted(
    app: Flask, grants: Grants, named: str | None, problem: Any
) -> None:
    grants.named[OWN] = named
    visitor, form = opened(app, OWN)
    page = visitor.submit(form, password="secret")
    assert page.status == 422
    assert problem.title in page.text
    assert grants.deleted == ["grant-of-own"]
    assert visitor.get("/connected").heading != DONE


def test_a_grant_that_was_there_before_is_never_deleted(app: Flask, grants: Grants) -> None:
    grants.connect(OWN)
    grants.kept[OWN]["created_at"] -= 3600
    grants.named[OWN] = "else@corp.example"
    visitor, form = opened(app, OWN)
    assert ACCOUNT_MISMATCH.title in visitor.submit(form, password="secret").text
    assert not grants.deleted
    assert OWN in grants.kept


def test_after_three_mismatches_the_link_is_spent(app: Flask, grants: Grants) -> None:
    grants.named[OWN] = "else@corp.example"
    visitor, form = opened(app, OWN)
    for _ in range(3):
        form = visitor.submit(form, password="secret")
    assert visitor.submit(form, password="secret").heading == "This link was used already"
    assert len(grants.sent) == 3


def test_one_form_that_is_sent_again_is_one_mismatch(app: Flask, grants: Grants) -> None:
    grants.named[OWN] = "else@corp.example"
    visitor, form = opened(app, OWN)
    fields = form.fields() | {"password": "secret"}
    for _ in range(4):
        visitor.client.post(form.action(), data=fields)
    del grants.named[OWN]
    again = visitor.submit(visitor.get(form.action()), password="another")
    assert again.heading == DONE
    assert len(grants.sent) == 2


def test_another_spelling_of_the_mailbox_is_the_mailbox_of_the_link(
    app: Flask, grants: Grants
) -> None:
    email = "some.one+x@gmail.com"
    grants.named[email] = "SomeOne@googlemail.com"
    visitor, form = opened(app, email)
    assert visitor.submit(form, password="abcd efgh ijkl mnop").heading == DONE


def short_login(visitor: Visitor, email: str, login: str = "anna") -> Page:
    return visitor.sign_in(
        email, username=login, imap_host=f"mail.{email.partition('@')[2]}", imap_port="993"
    )


def test_a_login_name_that_another_mailbox_has_is_refused_before_anything_is_sent(
    app: Flask, grants: Grants
) -> None:
    grants.connect("anna")
    page = short_login(Visitor.inside(app), "anna@uni.example")
    assert page.status == 422
    assert LOGIN_SHARED.title in page.text
    assert not grants.sent


def test_a_login_name_connects_its_own_mailbox_again_and_no_namesake(
    app: Flask, grants: Grants
) -> None:
    assert short_login(Visitor.inside(app), "anna@uni.example").heading == DONE
    assert short_login(Visitor.inside(app), "anna@uni.example").heading == DONE
    page = short_login(Visitor.inside(app), "anna@other.example")
    assert LOGIN_SHARED.title in page.text
    assert len(grants.sent) == 2


def test_a_login_name_whose_grant_is_not_recognisable_is_not_handed_out(
    app: Flask, grants: Grants
) -> None:
    grants.named["anna"] = "someone@else.example"
    page = short_login(Visitor.inside(app), "anna@uni.example")
    assert LOGIN_SHARED.title in page.text
    assert grants.deleted == ["grant-of-anna"]


@pytest.mark.parametrize(
    ("status", "heading"),
    [(500, "The service isn’t answering"), (403, "This page isn’t set up correctly")],
)
def test_a_login_name_that_is_unknown_whether_it_is_taken_is_not_sent(
    grants: Grants, status: int, heading: str
) -> None:
    def without_lists(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v3/grants":
            return httpx.Response(status)
        return grants._answer(request)

    settings = replace(make_settings(NYLAS_API_KEY=KEY), public_url="http://localhost")
    app = create_app(settings, transport=httpx.MockTransport(without_lists))
    page = short_login(Visitor.inside(app), "anna@uni.example")
    assert (page.status, page.heading) == (503, heading)
    assert not grants.sent
