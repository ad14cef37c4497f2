import random
import re
import string

import pytest

from app import create_app
from latchkey.web.flow import MAX_SIGN_INS
from tests.apps import company, visitor_at
from tests.conftest import SECRET, Clock, make_settings
from tests.latchkey.web.flow.test_flow import CREDENTIALS, DONE, START, again, sign_ins
from tests.pages import Visitor

COOKIE_BYTES = 4096  # RFC 6265, 6.1: what a browser has to keep of one cookie
HEADER_BYTES = 8000  # servers read about 8 KB of one header

LETTERS = random.Random(1)  # noqa: S311 (only so that nothing repeats)


def word(length: int, letters: str = string.ascii_lowercase) -> str:
    return "".join(LETTERS.choices(letters, k=length))


LONG = f"{word(64)}@{word(61)}.{word(61)}.{word(60)}.test"
LONG_IDN = f"{word(60)}@{word(20, 'aäbcöüdeß')}.{word(20, 'aäbcöüdeß')}.{word(20, 'aäbcöü')}.test"


def set_cookies(visitor: Visitor, email: str = "someone@example.com") -> list[str]:
    page = visitor.get("/")
    data = page.fields() | {"email": email}
    answer = visitor.client.post("/", data=data)
    assert answer.status_code == 303
    cookies = page.response.headers.get_list("set-cookie") + answer.headers.get_list("set-cookie")
    assert len(cookies) >= 2
    return cookies


def test_cookies_are_out_of_reach_for_scripts_and_other_sites(visitor: Visitor) -> None:
    for cookie in set_cookies(visitor):
        name, _, _ = cookie.partition("=")
        flags = cookie.split("; ")[1:]
        assert re.fullmatch(r"signin(-[A-Za-z0-9_-]{8})?", name)
        assert sorted(flags) == ["HttpOnly", "Path=/", "SameSite=Lax"]


@pytest.mark.parametrize(
    ("variables", "url", "headers"),
    [
        ({"PUBLIC_URL": "https://connect.example.com"}, "https://connect.example.com", {}),
        (
            {"TRUSTED_HOSTS": "connect.example.com", "TRUSTED_PROXIES": "1"},
            "https://connect.example.com",
            {"X-Forwarded-Proto": "https"},
        ),
    ],
    ids=["by its address", "by its proxy"],
)
def test_over_https_cookies_are_for_this_host_only(
    variables: dict[str, str], url: str, headers: dict[str, str]
) -> None:
    visitor = visitor_at(company(**variables), url, **headers)
    for cookie in set_cookies(visitor):
        name, _, _ = cookie.partition("=")
        flags = cookie.split("; ")[1:]
        assert re.fullmatch(r"__Host-signin(-[A-Za-z0-9_-]{8})?", name)
        assert sorted(flags) == ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]
    assert visitor.sign_in("someone@example.com").heading == DONE


def test_the_proxy_alone_decides_about_https() -> None:
    app = company(TRUSTED_HOSTS="connect.example.com", TRUSTED_PROXIES="1")
    plain = visitor_at(app, "http://connect.example.com")
    assert "Secure" not in "".join(set_cookies(plain))
    proxied = app.test_client().get(
        "/", headers={"Host": "connect.example.com", "X-Forwarded-Proto": "https"}
    )
    assert proxied.headers["Set-Cookie"].startswith("__Host-signin=")


def test_cookies_leave_the_browser_when_they_are_dropped_over_https_too() -> None:
    app = company(PUBLIC_URL="https://connect.example.com")
    visitor = visitor_at(app, "https://connect.example.com")
    for number in range(MAX_SIGN_INS + 1):
        visitor.enter(f"number{number}@example.com")
    assert len(sign_ins(visitor)) == MAX_SIGN_INS


@pytest.mark.parametrize("value", ["", "forged", "gAAAAABl", "%ff", '"', "a" * 4000])
def test_a_forged_cookie_is_ignored(visitor: Visitor, value: str) -> None:
    page = visitor.enter("someone@example.com")
    for name in visitor.cookies():
        visitor.client.cookies.set(name, value, domain="localhost.local", path="/")
    assert visitor.get(again(page)).heading == START
    visitor.client.cookies.clear()
    assert visitor.enter("someone@example.com").heading == CREDENTIALS


def test_a_cookie_of_another_sign_in_is_ignored(visitor: Visitor) -> None:
    first = visitor.enter("first@example.com")
    sealed = next(iter(sign_ins(visitor).values()))
    visitor.client.cookies.set("signin-AAAAAAAA", sealed, domain="localhost.local", path="/")
    assert visitor.get(again(first)).heading == CREDENTIALS
    assert visitor.get("/connect/imap?s=AAAAAAAA").heading == START


def test_a_cookie_of_another_page_like_this_is_ignored() -> None:
    theirs = Visitor.inside(create_app(make_settings(SECRET_KEY=SECRET[::-1])))
    page = theirs.enter("someone@example.com")
    ours = Visitor.inside(create_app(make_settings()))
    ours.client.cookies = theirs.client.cookies
    assert ours.get(again(page)).heading == START


def test_a_cookie_with_other_contents_is_ignored() -> None:
    # As of another version of this program that runs beside this one during an update.
    app = create_app(make_settings())
    visitor = Visitor.inside(app)
    odd: tuple[object, ...] = ({"id": "AAAAAAAA", "new": 1}, {}, [], "text", None, 7)
    for contents in odd:
        sealed = app.extensions["flow"].seal(contents)
        visitor.client.cookies.set("signin-AAAAAAAA", sealed, domain="localhost.local", path="/")
        assert visitor.get("/connect/imap?s=AAAAAAAA").heading == START
        assert visitor.get("/providers").heading == START


@pytest.mark.parametrize("email", ["someone@example.com", LONG, LONG_IDN])
def test_cookies_stay_small_enough_for_browsers_and_servers(visitor: Visitor, email: str) -> None:
    domain = email.partition("@")[2]
    for number in range(MAX_SIGN_INS):
        page = visitor.enter(f"{number}{email[1:]}")
        if page.heading != CREDENTIALS:
            assert page.heading == "Who runs your mailbox?"
            page = visitor.get(f"/connect/imap?{page.url.query.decode()}")
        page = visitor.submit(
            page,
            password="wrong",
            username=word(100),
            imap_host=f"imap.{domain}",
            smtp_host=f"smtp.{domain}",
            smtp_username=word(100),
        )
        assert page.status == 422
    cookies = visitor.cookies()
    sizes = [len(name) + len(value) for name, value in cookies.items()]
    assert max(sizes) < COOKIE_BYTES
    assert sum(sizes) + 3 * len(sizes) < HEADER_BYTES
    assert visitor.get(again(page)).status == 200


def test_a_huge_login_name_does_not_lose_the_sign_in(visitor: Visitor) -> None:
    page = visitor.enter("someone@example.com")
    page = visitor.submit(page, password="wrong", username=word(20_000))
    assert page.error_at("username") == "This is too long for a login name."
    assert visitor.get("/connect/imap").heading == CREDENTIALS
    assert visitor.submit(page, password="secret", username="").heading == DONE


def test_of_many_cookies_that_look_like_ours_few_are_read_and_dropped() -> None:
    app = create_app(make_settings())
    flood = "; ".join(f"signin-A{number:07}=x" for number in range(380))
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/").text)
    assert token
    data = {"csrf_token": token[1], "email": "someone@example.com"}
    session = client.get_cookie("signin")
    assert session
    cookies = f"signin={session.value}; {flood}"
    plain = app.test_client(use_cookies=False)
    with plain.post("/", data=data, headers={"Cookie": cookies}) as answer:
        assert answer.status_code == 303
        assert len(answer.headers.getlist("Set-Cookie")) <= 10


def test_our_cookies_give_way_to_those_of_other_apps(visitor: Visitor, wait: Clock) -> None:
    for number in range(MAX_SIGN_INS):
        visitor.enter(f"number{number}@example.com")
        wait(1)
    visitor.client.cookies.set("theirs", "a" * 7000, domain="localhost.local", path="/")
    page = visitor.enter("last@example.com")
    assert page.heading == CREDENTIALS
    assert len(sign_ins(visitor)) == 1
