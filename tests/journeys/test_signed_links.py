"""Signed links, made the ways that the README shows, and followed over a real socket."""

import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from app import create_app
from config import ROOT, SANDBOX_API_KEY
from latchkey.apps.link_claims import read_link
from latchkey.sandbox.catalogue import APPLICATION_ID
from tests.conftest import LINK_KEY, make_settings
from tests.pages import Visitor
from tests.servers import find_node_package, serve

HERE = Path(__file__).parent.parent / "independent"
CALLBACK = "https://app.example.com/callback"
EMAIL = "someone@example.com"
STATE = "42"
SECTION = (ROOT / "README.md").read_text().partition("## Signed links")[2].partition("\n## ")[0]
BLOCKS = dict(re.findall(r"```(\w+)\n(.*?)```", SECTION, re.S))


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(make_settings(RETURN_URIS=CALLBACK, LINK_REQUIRED="true"))


@pytest.fixture(scope="module")
def page(app: Flask) -> Iterator[str]:
    with serve(app) as url:
        yield url


def by_command(app: Flask, page: str) -> str:
    command = shlex.split(BLOCKS["sh"])
    assert command[:2] == [".venv/bin/flask", "link"]
    made = app.test_cli_runner().invoke(args=command[1:]).output.strip()
    return made.replace("http://localhost:8000", page)


def by_python(app: Flask, page: str) -> str:
    scope: dict[str, Any] = {"LINK_KEY": LINK_KEY, "PAGE": page}
    exec(BLOCKS["python"], scope)  # noqa: S102 (the README is ours)
    return str(scope["link"](EMAIL, CALLBACK, STATE))


def by_node(app: Flask, page: str) -> str:
    return node_link(page, EMAIL, CALLBACK, STATE)


def node_link(page: str, *arguments: str) -> str:
    node, _ = find_node_package(HERE, "nylas")
    known = f"const LINK_KEY = {json.dumps(LINK_KEY)}, PAGE = {json.dumps(page)};"
    call = f"console.log(link({', '.join(map(json.dumps, arguments))}));"
    program = "\n".join((BLOCKS["js"], known, call))
    command = [node, "--input-type=module", "--eval", program]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def test_a_link_without_an_app_has_no_empty_claims() -> None:
    scope: dict[str, Any] = {"LINK_KEY": LINK_KEY, "PAGE": "https://connect.example.com"}
    exec(BLOCKS["python"], scope)  # noqa: S102 (the README is ours)
    made = httpx.URL(scope["link"](EMAIL, "", "")).params["link"]
    assert read_link(made, [LINK_KEY]).email == EMAIL


@pytest.mark.node
def test_a_link_of_node_without_an_app_has_no_empty_claims() -> None:
    made = httpx.URL(node_link("https://connect.example.com", EMAIL, "", "").strip())
    assert read_link(made.params["link"], [LINK_KEY]).email == EMAIL


Maker = Callable[[Flask, str], str]
MAKERS = [by_command, by_python, pytest.param(by_node, marks=pytest.mark.node)]


@pytest.mark.parametrize("make", MAKERS)
def test_a_link_connects_its_address_once_and_leads_back(
    app: Flask, page: str, make: Maker
) -> None:
    link = make(app, page).strip()
    assert link.startswith(f"{page}/?link=")
    visitor = Visitor.at(page)
    form = visitor.submit(visitor.get(link), email="another@example.com")
    assert form.heading == "Sign in to example.com"
    assert EMAIL in form.text, "the link's address, whatever is typed"
    assert "Change" not in form.links
    done = visitor.submit(form, password="secret")
    assert done.heading == "Your mailbox is connected"
    way_back = visitor.client.get(done.links["Continue to Latchkey"], follow_redirects=False)
    heard = httpx.URL(way_back.headers["location"])
    assert str(heard.copy_with(query=None)) == CALLBACK
    assert heard.params["state"] == STATE
    assert tokens(page, heard.params["code"])["email"] == EMAIL
    assert Visitor.at(page).get(link).heading == "This link was used already"
    again = visitor.get(link)
    assert (again.heading, EMAIL in again.text) == ("Your mailbox is connected", True)


@pytest.mark.parametrize("make", [by_python, by_node])
def test_a_link_that_was_changed_opens_nothing(app: Flask, page: str, make: Maker) -> None:
    link = httpx.URL(make(app, page).strip())
    text, _, signature = link.params["link"].rpartition(".")
    other = f"{text[:-1]}{'A' if text[-1] != 'A' else 'B'}.{signature}"
    visitor = Visitor.at(page)
    assert visitor.get(str(link.copy_set_param("link", other))).status == 400
    assert visitor.get(f"{page}/").heading == "You need a personal link"


@pytest.mark.parametrize("make", MAKERS)
def test_what_is_beside_the_link_changes_neither_state_nor_the_way_back(
    app: Flask, page: str, make: Maker
) -> None:
    link = make(app, page).strip()
    visitor = Visitor.at(page)
    form = visitor.get(
        f"{link}&state=1&redirect_uri=https://evil.example&login_hint=a@evil.example"
    )
    done = visitor.submit(visitor.submit(form), password="secret")
    way_back = visitor.client.get(done.links["Continue to Latchkey"], follow_redirects=False)
    heard = httpx.URL(way_back.headers["location"])
    assert (str(heard.copy_with(query=None)), heard.params["state"]) == (CALLBACK, STATE)


def test_a_link_can_follow_the_address_of_an_sdk(app: Flask, page: str) -> None:
    link = httpx.URL(by_python(app, page)).params["link"]
    asked = {"client_id": APPLICATION_ID, "redirect_uri": CALLBACK, "response_type": "code"}
    address = httpx.URL(f"{page}/v3/connect/auth", params=asked)
    assert EMAIL in Visitor.at(page).get(f"{address}&link={link}").text


def tokens(page: str, code: str) -> Any:
    exchange = {
        "grant_type": "authorization_code",
        "client_id": APPLICATION_ID,
        "client_secret": SANDBOX_API_KEY,
        "redirect_uri": CALLBACK,
        "code": code,
    }
    answer = httpx.post(f"{page}/v3/connect/token", data=exchange, trust_env=False)
    return answer.raise_for_status().json()
