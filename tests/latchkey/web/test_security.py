from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from tests.apps import company
from tests.conftest import make_settings
from tests.pages import CSP, Page, Visitor

HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
    ),
    "X-Robots-Tag": "noindex, nofollow",
}
# A file beside the pages has no more than it needs: it is sent with each first page.
OF_FILES = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A drawing that is opened on its own is a document.
OF_PICTURES = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    **OF_FILES,
}
# Nor a redirect, which shows nothing: what it leads to brings the rest.
OF_REDIRECTS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
USUAL = {
    "Content-Type",
    "Content-Language",
    "Content-Length",
    "Cache-Control",
    "Vary",
    "Set-Cookie",
    *HEADERS,
    "X-Request-ID",
}
HSTS = "max-age=63072000; includeSubDomains"
HSTS_UNDER_PATH = "max-age=63072000"
PUBLIC = "https://connect.example.com"


@cache
def sandbox_app() -> Flask:
    app = create_app(make_settings())

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("hunter2")

    return app


@contextmanager
def asked(
    app: Flask, method: str, url: str, headers: Mapping[str, str] | None = None, **more: object
) -> Iterator[TestResponse]:
    answer = app.test_client().open(url, method=method, headers=headers, **more)  # type: ignore[arg-type]
    with answer:
        yield answer


def token_and_cookies(app: Flask) -> tuple[Visitor, dict[str, str]]:
    visitor = Visitor.inside(app)
    return visitor, visitor.get("/").fields()


KINDS = {
    "page": ("GET", "/", 200),
    "head": ("HEAD", "/", 200),
    "options": ("OPTIONS", "/", 200),
    "redirect": ("GET", "/connected", 302),
    "health": ("GET", "/healthz", 200),
    "without token": ("POST", "/", 400),
    "not found": ("GET", "/nowhere", 404),
    "not found by us": ("GET", "/connect/google", 404),
    "wrong method": ("DELETE", "/", 405),
    "trace": ("TRACE", "/", 405),
    "failure": ("GET", "/broken", 500),
    "static": ("GET", "/static/css/app.css", 200),
    "no static": ("GET", "/static/none.css", 404),
    "brand": ("GET", "/brand.css", 200),
    "drawing": ("GET", "/static/icons/favicon.svg", 200),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_has_exactly_these_headers(kind: str) -> None:
    method, url, status = KINDS[kind]
    others = {
        "redirect": OF_REDIRECTS, "static": OF_FILES, "brand": OF_FILES, "drawing": OF_PICTURES
    }  # fmt: skip
    with asked(sandbox_app(), method, url) as answer:
        check(answer, status, others.get(kind, HEADERS))


def check(answer: TestResponse, status: int, headers: Mapping[str, str]) -> None:
    assert answer.status_code == status
    for name in HEADERS:
        wanted = [headers[name]] if name in headers else []
        assert answer.headers.getlist(name) == wanted, name
    more = {
        "Location",
        "Allow",
        "ETag",
        "Last-Modified",
        "Date",
        "Content-Disposition",
        "Accept-Ranges",
    }
    assert set(answer.headers.keys()) <= USUAL | more
    assert "Strict-Transport-Security" not in answer.headers


def test_a_form_that_was_accepted_or_not_has_them_too() -> None:
    app = sandbox_app()
    visitor, fields = token_and_cookies(app)
    for email, status in (("someone@example.com", 303), ("someone", 422), ("a@proton.me", 422)):
        answer = visitor.client.post("/", data=fields | {"email": email})
        assert answer.status_code == status
        page = status == 422
        for name, value in (HEADERS if page else OF_REDIRECTS).items():
            assert answer.headers.get_list(name) == [value], name
        assert answer.headers["cache-control"] == ("no-store, no-transform" if page else "no-store")


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"static", "brand", "drawing"}))
def test_nothing_but_files_is_kept_by_browsers(kind: str) -> None:
    method, url, _ = KINDS[kind]
    with asked(sandbox_app(), method, url) as answer:
        kept = "no-store, no-transform" if answer.mimetype == "text/html" else "no-store"
        assert answer.headers.getlist("Cache-Control") == [kept]


@pytest.mark.parametrize("kind", ["static", "no static", "brand", "health", "not found", "failure"])
def test_nobody_gets_a_cookie_without_need(kind: str) -> None:
    method, url, _ = KINDS[kind]
    with asked(sandbox_app(), method, url) as answer:
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("kind", KINDS)
def test_other_sites_may_read_nothing(kind: str) -> None:
    method, url, _ = KINDS[kind]
    with asked(sandbox_app(), method, url, {"Origin": "https://evil.example"}) as answer:
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


APP = "/v3/connect/auth?client_id=sandbox-application&redirect_uri=http://localhost:5000/callback"
LED_BY_APP = {"Referer": "http://localhost:5000/settings"}
OPENERS = {
    "sent here": (f"{APP}&response_type=code", 302, "unsafe-none"),
    "sent back at once": (f"{APP}&response_type=token", 302, "unsafe-none"),
    "a link that is no good": (f"{APP}&response_type=code&link=x", 400, "unsafe-none"),
    "a link of no app": ("/?link=x", 400, "same-origin"),
    "an app nobody knows": (f"{APP}&client_id=y&response_type=code", 400, "same-origin"),
}


@pytest.mark.parametrize(("url", "status", "policy"), OPENERS.values(), ids=OPENERS)
def test_a_window_stays_in_touch_with_the_app_that_opened_it(
    url: str, status: int, policy: str
) -> None:
    with asked(sandbox_app(), "GET", url, LED_BY_APP) as answer:
        assert answer.status_code == status
        assert answer.headers.getlist("Cross-Origin-Opener-Policy") == [policy]


@pytest.mark.parametrize(
    ("led_by", "policy"),
    [("http://localhost:5000/settings", "unsafe-none"), ("https://evil.example/", "same-origin")],
)
def test_who_opened_the_window_holds_for_the_whole_sign_in(led_by: str, policy: str) -> None:
    visitor = Visitor.inside(sandbox_app())
    visitor.client.headers["Referer"] = led_by
    entry = visitor.get(f"{APP}&response_type=code")
    del visitor.client.headers["Referer"]
    form = visitor.submit(entry, email="someone@example.com")
    done = visitor.submit(form, password="secret")
    assert done.heading == "Your mailbox is connected"
    for page in (entry, form, done):
        assert page.response.headers["Cross-Origin-Opener-Policy"] == policy


@pytest.mark.parametrize(("url", "status"), [row[:2] for row in OPENERS.values()], ids=OPENERS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Referer": "https://evil.example/"},
        {"Referer": "https://evil.example/?http://localhost:5000/"},
        {"Referer": "http://localhost:5000.evil.example/"},
        {"Referer": "http://localhost:5000@evil.example/"},
        {"Referer": "https://localhost:5000/"},
        {"Referer": "http://[x"},
        {"Origin": "https://evil.example"},
    ],
)
def test_a_foreign_page_that_opens_a_window_is_cut_off_from_it(
    url: str, status: int, headers: dict[str, str]
) -> None:
    with asked(sandbox_app(), "GET", url, headers) as answer:
        assert answer.status_code == status
        assert answer.headers.getlist("Cross-Origin-Opener-Policy") == ["same-origin"]


def test_too_much_is_refused_with_a_page() -> None:
    visitor, fields = token_and_cookies(sandbox_app())
    page = Page(visitor.client.post("/", data=fields | {"email": "a" * 70_000}))
    assert (page.status, page.heading) == (413, "That was too much text")


def test_too_much_from_another_site_is_refused_too() -> None:
    data = {"email": "a" * 70_000}
    with asked(sandbox_app(), "POST", "/", {"Origin": "https://evil.example"}, data=data) as answer:
        check(answer, 400, HEADERS)


@pytest.mark.parametrize("url", ["/", "/connect/imap"])
def test_a_wrong_token_is_a_page_of_ours(url: str) -> None:
    visitor, _ = token_and_cookies(sandbox_app())
    data = {"email": "someone@example.com", "csrf_token": "forged", "password": "hunter2"}
    page = Page(visitor.client.post(url, data=data))
    assert (page.status, page.heading) == (400, "Connect your mailbox")
    assert page.fields()["email"] == "someone@example.com"
    assert "hunter2" not in page.html
    assert visitor.submit(page).heading == "Sign in to example.com"


HTTPS_CASES = {
    "by its address": ({"PUBLIC_URL": PUBLIC}, {}, HSTS),
    "below a path": ({"PUBLIC_URL": f"{PUBLIC}/page"}, {}, HSTS_UNDER_PATH),
    "by its proxy": ({"TRUSTED_PROXIES": "1"}, {"X-Forwarded-Proto": "https"}, HSTS),
    "by a proxy nobody trusts": ({}, {"X-Forwarded-Proto": "https"}, None),
    "not at all": ({"TRUSTED_PROXIES": "1"}, {"X-Forwarded-Proto": "http"}, None),
}


@pytest.mark.parametrize(("variables", "headers", "hsts"), HTTPS_CASES.values(), ids=HTTPS_CASES)
def test_https_is_kept_where_there_is_https(
    variables: Mapping[str, str], headers: Mapping[str, str], hsts: str | None
) -> None:
    app = company(TRUSTED_HOSTS="connect.example.com", **variables)
    path = variables.get("PUBLIC_URL", "").removeprefix(PUBLIC)
    for url in ("/", "/nowhere", "/healthz", "/static/css/app.css"):
        with asked(app, "GET", path + url, {"Host": "connect.example.com", **headers}) as answer:
            assert answer.headers.get("Strict-Transport-Security") == hsts
