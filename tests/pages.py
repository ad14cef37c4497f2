"""A visitor without JavaScript who checks every page that is shown.

Works in the process (``Visitor.inside``) and over a socket (``Visitor.at``) alike.
"""

import re
from collections.abc import Mapping
from typing import Self
from xml.etree.ElementTree import Element

import html5lib
import httpx
from flask import Flask

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


class Page:
    """One answer; reading it as a page checks the rules that hold for all pages."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.text
        self.url = response.url
        self.tree: Element = html5lib.parse(self.html, namespaceHTMLElements=False)
        self.check()

    def check(self) -> None:
        _check_headers(self.response)
        _check_markup(self.html, self.tree)

    @property
    def title(self) -> str:
        return _text(self.tree.find(".//title"))

    @property
    def heading(self) -> str:
        return _text(self.tree.find(".//h1"))

    @property
    def text(self) -> str:
        return _text(self.tree.find(".//body"))

    @property
    def links(self) -> dict[str, str]:
        return {_text(link): link.get("href", "") for link in self.tree.iter("a")}

    def leading(self, part: str) -> str:
        """Where the one link leads whose address holds ``part``."""
        (link,) = [href for href in self.links.values() if part in href]
        return link

    @property
    def support_code(self) -> str:
        found = re.search(r"Support code: (\S+)", self.text)
        return found.group(1) if found else ""

    def error_at(self, name: str) -> str:
        """The sentence that is tied to the input ``name``, "" when there is none."""
        for box in self.tree.iter("input"):
            if box.get("name") == name and box.get("aria-invalid") == "true":
                return self.by_id(f"{box.get('id')}-error")
        return ""

    def by_id(self, wanted: str) -> str:
        return next(_text(node) for node in self.tree.iter() if node.get("id") == wanted)

    def fields(self) -> dict[str, str]:
        """The form's inputs as a browser would send them."""
        form = self.tree.find(".//form")
        assert form is not None, f"no form on {self.url}"
        return {box.attrib["name"]: box.get("value", "") for box in form.iter("input")}

    def action(self) -> str:
        form = self.tree.find(".//form")
        assert form is not None, f"no form on {self.url}"
        return form.attrib["action"]

    def is_open(self) -> bool:
        """Whether the folded part of the form is open."""
        details = self.tree.find(".//form//details")
        return details is not None and details.get("open") is not None


class Visitor:
    """Somebody with a browser; follows redirects, keeps cookies."""

    page = Page

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    @classmethod
    def inside(cls, app: Flask) -> Self:
        transport = httpx.WSGITransport(app=app)
        return cls(httpx.Client(transport=transport, base_url="http://localhost"))

    @classmethod
    def at(cls, url: str) -> Self:
        # No connection outlives its answer, so nothing has to be closed.
        limits = httpx.Limits(max_keepalive_connections=0)
        return cls(httpx.Client(base_url=url, timeout=150, trust_env=False, limits=limits))

    def get(self, url: str) -> Page:
        return self.page(self.client.get(url, follow_redirects=True))

    def submit(self, page: Page, **typed: str) -> Page:
        """Send the form of ``page`` with these inputs changed."""
        answer = self.client.post(page.action(), data=page.fields() | typed)
        if answer.is_redirect:
            assert answer.status_code == 303, "a form is answered by 303, so a reload sends nothing"
            answer = self.client.get(answer.headers["location"], follow_redirects=True)
        return self.page(answer)

    def enter(self, email: str) -> Page:
        """Go through the e-mail step."""
        return self.submit(self.get("/"), email=email)

    def sign_in(self, email: str, password: str = "secret", **typed: str) -> Page:
        """Go the whole way with a provider that takes a password."""
        return self.submit(self.enter(email), password=password, **typed)

    def cookies(self) -> Mapping[str, str]:
        return dict(self.client.cookies)


def _text(node: Element | None) -> str:
    return " ".join("".join(node.itertext()).split()) if node is not None else ""


def _check_headers(response: httpx.Response) -> None:
    headers = response.headers
    fonts = "; font-src 'self'" if 'as="font"' in response.text else ""
    assert headers["content-security-policy"] == CSP + fonts
    assert headers["cache-control"] == "no-store, no-transform"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["content-type"] == "text/html; charset=utf-8"


def _check_markup(html: str, tree: Element) -> None:
    html5lib.HTMLParser(strict=True).parse(html)
    assert len(list(tree.iter("h1"))) == 1, "a page has one h1"
    assert _text(tree.find(".//title")), "a page has a title"
    ids = [node.attrib["id"] for node in tree.iter() if "id" in node.attrib]
    assert len(ids) == len(set(ids)), f"ids are there twice: {ids}"
    labelled = {label.get("for") for label in tree.iter("label")}
    for box in tree.iter("input"):
        unseen = box.get("type") == "hidden" or "hidden" in box.attrib
        known = unseen or box.get("id") in labelled or box.get("aria-label")
        assert known, f"{box.attrib} has no label"
        assert box.get("type") != "password" or "value" not in box.attrib, "a password came back"
    for node in tree.iter():
        assert "style" not in node.attrib, "CSP blocks inline style"
        assert not [name for name in node.attrib if name.startswith("on")], "CSP blocks handlers"
        assert node.tag != "style", "CSP blocks inline style"
        assert node.tag != "script" or node.get("src"), "CSP blocks inline scripts"
