import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from latchkey.apps.link_claims import LONGEST_SECONDS
from tests.apps import company
from tests.calling import CALLBACK, CallingApp
from tests.conftest import KEY, LINK_KEY, make_settings
from tests.journeys.test_handoff_links import EMAIL, FIRST
from tests.pages import Visitor

PAGE = create_app(make_settings())


def link(*more: str, email: str = EMAIL, page: Flask = PAGE) -> Result:
    runner = page.test_cli_runner()
    return runner.invoke(args=["link", "--email", email, *more])


def made(*more: str, email: str = EMAIL, page: Flask = PAGE) -> str:
    result = link(*more, email=email, page=page)
    assert result.exit_code == 0, result.output
    (line,) = result.output.splitlines()
    return line


def refused(*more: str, email: str = EMAIL, page: Flask = PAGE) -> str:
    result = link(*more, email=email, page=page)
    assert result.exit_code == 2
    assert "http" not in result.stdout
    return str(result.output)


def query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


def link_claims(url: str) -> Any:
    return PAGE.extensions["services"].links.read(query(url)["link"])


def test_the_command_prints_a_link_that_works() -> None:
    url = made("--provider", "imap")
    assert url.startswith("http://localhost:8000/?link=")
    page = Visitor.inside(PAGE).get(url.removeprefix("http://localhost:8000"))
    assert page.heading == "Sign in to example.com"
    assert EMAIL in page.text


def test_it_begins_with_the_public_address() -> None:
    page = company(PUBLIC_URL="https://connect.example.com")
    assert made(page=page).startswith("https://connect.example.com/?link=")


def test_it_leads_back_to_the_app_with_its_state() -> None:
    state = "s t&ä=😀#" + "x" * 240
    url = made("--redirect-uri", CALLBACK, "--state", state)
    assert query(url).keys() == {"link"}
    assert (link_claims(url).redirect_uri, link_claims(url).state) == (CALLBACK, state)
    visitor = Visitor.inside(PAGE)
    page = visitor.get(url.removeprefix("http://localhost:8000"))
    assert page.heading == FIRST
    assert CallingApp(PAGE).get_back(visitor, page)["state"] == state


def test_every_link_is_another() -> None:
    assert link_claims(made()).id != link_claims(made()).id


@pytest.mark.parametrize(
    ("expires", "seconds"),
    [("1m", 60), ("30m", 1800), ("24h", 86400), ("7d", 7 * 86400), ("30d", LONGEST_SECONDS)],
)
def test_it_expires_when_it_is_told_to(expires: str, seconds: int) -> None:
    assert abs(link_claims(made("--expires", expires)).exp - time.time() - seconds) < 10


def test_it_expires_after_a_day_unless_told_otherwise() -> None:
    assert abs(link_claims(made()).exp - time.time() - 86400) < 10


@pytest.mark.parametrize(
    "expires",
    ["", "0h", "h", "24", "24 h", "-1h", "1.5h", "31d", "721h", "999999d", "1w", "٢h", "1h\n"],
)
def test_a_time_that_is_none_or_too_long_is_refused(expires: str) -> None:
    assert "--expires" in refused("--expires", expires)


@pytest.mark.parametrize("email", ["", "someone", "a b@example.com", "ü@example.com", "a@b@c.de"])
def test_an_address_that_nylas_cannot_use_is_refused(email: str) -> None:
    assert "--email" in refused(email=email)


def test_an_address_of_another_alphabet_is_fine() -> None:
    assert link_claims(made(email="someone@bücher.example")).email == "someone@bücher.example"


def test_a_provider_that_nobody_knows_is_refused() -> None:
    assert "--provider" in refused("--provider", "aol")


@pytest.mark.parametrize("uri", [f"{CALLBACK}/", "https://evil.example", "javascript:alert(1)"])
def test_an_address_that_is_not_allowed_is_refused(uri: str) -> None:
    assert "--redirect-uri" in refused("--redirect-uri", uri)


def test_a_state_that_would_not_come_back_is_refused() -> None:
    assert "--state" in refused("--redirect-uri", CALLBACK, "--state", "s" * 257)


def test_trouble_with_nylas_is_told_in_plain_words() -> None:
    settings = make_settings(NYLAS_API_KEY=KEY)
    page = create_app(settings, transport=httpx.MockTransport(lambda _: httpx.Response(401)))
    result = link("--redirect-uri", CALLBACK, page=page)
    assert result.exit_code == 1
    assert result.output.startswith("Error: Nylas")
    assert KEY not in result.output
    assert link(page=page).exit_code == 0, "only the way back needs it"


def test_no_key_is_printed() -> None:
    page = company(NYLAS_CLIENT_ID="app-1")
    assert not {KEY, LINK_KEY} & {*made(page=page).split()}


def test_without_a_link_key_the_command_says_so() -> None:
    result = link(page=company(LINK_KEY=""))
    assert result.exit_code == 1
    assert result.output == "Error: Links are off: LINK_KEY is not set.\n"


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--locale", "tlh", "is not offered; there are: "),
        ("--theme", "blue", "must be light or dark"),
        ("--brand", "none", "is no brand; there are: none"),
    ],
)
def test_a_look_that_there_is_not_is_refused(option: str, value: str, words: str) -> None:
    said = " ".join(refused(option, value).split())
    assert option in said
    assert words in said
