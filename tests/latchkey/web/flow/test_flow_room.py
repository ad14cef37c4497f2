"""Cookies of sign-ins that apps asked for: they hold more, and servers take no more for that."""

from collections.abc import Callable, Iterable

import pytest

from app import create_app
from latchkey.web.flow import MAX_SIGN_INS
from tests.calling import CallingApp
from tests.conftest import Clock, make_settings
from tests.journeys.test_oauth import decide, start
from tests.latchkey.web.flow.test_flow import DONE, sign_ins
from tests.latchkey.web.flow.test_flow_cookies import COOKIE_BYTES, HEADER_BYTES, LETTERS, word
from tests.pages import Page, Visitor

APP = CallingApp(create_app(make_settings()))
SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
DOMAIN = f"{word(61)}.{word(61)}.{word(60)}.test"


def pictures(length: int = 256) -> str:
    return "".join(chr(LETTERS.randint(0x10000, 0x10FFFF)) for _ in range(length))


def letters(length: int = 256) -> str:
    return word(length, SAFE)


def send(visitor: Visitor, state: str, **more: str) -> Page:
    proof = {"code_challenge": letters(43), "code_challenge_method": "S256"}
    page = APP.send(visitor, state=state, **{"provider": "imap", **proof, **more})[1]
    check_room(visitor)
    return page


def name_mailbox(visitor: Visitor, page: Page) -> Page:
    return visitor.submit(page, email=f"{letters(60)}@{DOMAIN}")


def fail(visitor: Visitor, page: Page) -> Page:
    """Type as much as goes, in vain."""
    page = visitor.submit(
        page, password="wrong", username=letters(254), smtp_username=letters(254),
        imap_host=f"imap.{DOMAIN}", smtp_host=f"smtp.{DOMAIN}",
    )  # fmt: skip
    assert page.status == 422
    return page


def check_room(visitor: Visitor) -> None:
    # Over https, names have eight characters more.
    sizes = [len(f"__Host-{name}={value}; ") for name, value in visitor.cookies().items()]
    assert max(sizes) < COOKIE_BYTES
    assert sum(sizes) < HEADER_BYTES


def alive(visitor: Visitor, pages: Iterable[Page]) -> list[Page]:
    """The pages whose sign-in the browser still knows."""
    return [page for page in pages if f"signin-{page.url.params['s']}" in sign_ins(visitor)]


@pytest.mark.parametrize("state", [pictures, letters, lambda: "short"], ids=range(3))
def test_tabs_that_are_worked_on_in_turn_leave_room_for_each_other(
    state: Callable[[], str], wait: Clock
) -> None:
    visitor = Visitor.inside(APP.page)
    tabs = []
    for _ in range(MAX_SIGN_INS):
        tabs.append(send(visitor, state()))
        wait(1)
    for step in (name_mailbox, fail, fail):
        for number, page in enumerate(tabs):
            if alive(visitor, [page]):
                tabs[number] = step(visitor, page)
                check_room(visitor)
                assert alive(visitor, [tabs[number]]), "who was here last stays"
                wait(1)
    assert len(alive(visitor, tabs)) >= 2


def test_the_latest_sign_in_goes_on_whatever_else_is_open(wait: Clock) -> None:
    visitor = Visitor.inside(APP.page)
    for _ in range(MAX_SIGN_INS):
        fail(visitor, name_mailbox(visitor, send(visitor, pictures())))
        wait(1)
    state = pictures()
    page = fail(visitor, name_mailbox(visitor, send(visitor, state)))
    page = visitor.submit(page, password="secret", username="", smtp_username="")
    assert page.heading == DONE
    assert APP.get_back(visitor, page)["state"] == state


def test_usual_sign_ins_are_all_kept(wait: Clock) -> None:
    visitor = Visitor.inside(APP.page)
    pages = []
    for _ in range(MAX_SIGN_INS):
        pages.append(send(visitor, letters(36)))
        wait(1)
    assert len(alive(visitor, pages)) == MAX_SIGN_INS


def test_the_most_that_an_app_may_ask_for_fits_into_a_cookie_on_every_page() -> None:
    visitor = Visitor.inside(APP.page)
    state = pictures()
    page = send(
        visitor, state, provider="imap,google", prompt="detect", options="smtp_required",
        credential_id="0f6e2b5c-1d3e-4a5b-8c7d-9e0f1a2b3c4d", code_challenge=letters(86),
        login_hint=f"{letters(60)}@{DOMAIN}", scope=letters(300),
    )  # fmt: skip
    page = visitor.get(str(name_mailbox(visitor, page).url.copy_with(path="/connect/imap")))
    page = fail(visitor, page)
    check_room(visitor)
    page = visitor.get(str(page.url.copy_with(path="/oauth/google")))
    consent = start(visitor, page)
    check_room(visitor)
    page = visitor.get(decide(visitor, consent, account=f"{letters(60)}@{DOMAIN}"))
    assert page.heading == "That was another account"
    check_room(visitor)
    assert APP.get_back(visitor, page)["state"] == state
