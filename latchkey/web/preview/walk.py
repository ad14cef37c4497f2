"""Goes to a state of a page, within the process, through the same pages as a person."""

import secrets
from contextvars import Context
from html.parser import HTMLParser

from flask import Flask
from werkzeug.test import TestResponse

from latchkey.web.preview.brands import WALKED_BRAND
from latchkey.web.preview.states import State


class _FirstForm(HTMLParser):
    """The address of a page's first form, and what stands in its inputs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self._forms = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._forms += 1
            if self._forms == 1:
                self.action = given["action"]
        elif tag == "input" and self._forms == 1 and "name" in given:
            self.fields[given["name"]] = given.get("value", "")


def walk(
    app: Flask, state: State, *, host_url: str, path: str, language: str, brand: str
) -> tuple[TestResponse, list[str]]:
    """Return the page of ``state``, and the ``Set-Cookie`` lines that go on from there.

    :param host_url: the address of the host as the browser sees it.
    :param path: what all pages are below, "" for a host of their own.
    :param language: of the pages, as in BCP 47.
    :param brand: key of the brand of the pages, "" for that of the host.
    """
    # Nothing of the request that asks for the gallery reaches those of the walk.
    return Context().run(_walk, app, state, host_url, path, language, brand)


def _walk(
    app: Flask, state: State, host_url: str, path: str, language: str, brand: str
) -> tuple[TestResponse, list[str]]:
    # Each walk is a client of its own, so that rate limits do not end a look around.
    address = f"127.{secrets.randbelow(250) + 1}.{secrets.randbelow(256)}.1"
    client = app.test_client()
    client.environ_base |= {"REMOTE_ADDR": address, WALKED_BRAND: brand}
    joint = "&" if "?" in state.path else "?"
    first = f"{path}{state.path}{joint}ui_locales={language}"
    answers = [client.get(first, base_url=host_url, follow_redirects=True)]
    for typed in state.forms:
        form = _FirstForm(answers[-1].text)
        data = {**form.fields, **typed}
        answers.append(
            client.post(form.action, data=data, base_url=host_url, follow_redirects=True)
        )
    cookies = [
        line
        for answer in answers
        for each in (*answer.history, answer)
        for line in each.headers.getlist("Set-Cookie")
    ]
    return answers[-1], cookies
