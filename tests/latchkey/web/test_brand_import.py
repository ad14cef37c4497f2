import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from app import create_app
from latchkey.infra.errors import NotSent
from latchkey.infra.http import HttpClient
from latchkey.operator.doctor import diagnose
from tests.conftest import KEY, make_settings
from tests.pages import Visitor

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'
LOOK = {
    "branding": {
        "name": "Northwind",
        "icon_url": "https://cdn.northwind.example/icon.png",
        "website_url": "https://northwind.example",
        "description": "Mail for ships",
    },
    "hosted_authentication": {
        "background_image_url": "https://cdn.northwind.example/sea.png",
        "alignment": "left",
        "color_primary": "#0a7d33",
        "color_secondary": "#0a5d83",
        "title": "Connect <b>50%</b>",
        "subtitle": "To Northwind",
        "background_color": "#f2f6f3",
        "spacing": 5,
    },
}


class Outside:
    """Nylas and the company's pictures."""

    def __init__(self, look: Mapping[str, Any] = LOOK) -> None:
        self.application: Mapping[str, Any] = {"application_id": "app-1", **look}
        self.pictures: dict[str, Any] = {"/icon.png": PNG, "/sea.png": PNG + b"sea"}
        self.hosts: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v3/applications":
            return httpx.Response(200, json={"data": self.application})
        if request.url.path.startswith("/v3/"):
            return httpx.Response(200, json={"data": []})
        assert "authorization" not in request.headers
        self.hosts.append(str(request.url))
        answer = self.pictures.get(request.url.path)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, content=answer)


def app_of(outside: Outside, **variables: str) -> Flask:
    given = {"NYLAS_API_KEY": KEY, "BRAND_FROM_NYLAS": "true", "LANGUAGES": "en", **variables}
    return create_app(make_settings(**given), transport=httpx.MockTransport(outside))


def refreshed(outside: Outside, **variables: str) -> Flask:
    app = app_of(outside, **variables)
    app.extensions["services"].brand_import.refresh()
    return app


def hosted(**values: str) -> dict[str, Any]:
    return {"hosted_authentication": values}


def told(app: Flask) -> str:
    return " ".join(
        finding.sentence
        for finding in diagnose(app.extensions["services"], outside=False)
        if finding.check == "brand"
    )


def test_the_page_looks_as_hosted_auth_did() -> None:
    visitor = Visitor.inside(refreshed(Outside()))
    page = visitor.get("/")
    assert page.title == "Connect <b>50%</b> – Northwind"
    assert not list(page.tree.iter("b"))
    assert "To Northwind" in page.text
    assert page.links["Northwind"] == "https://northwind.example"
    css = visitor.client.get("/brand.css").text
    assert "--brand-fill:#0a7d33" in css
    assert "--ground:#f2f6f3" in css
    assert 'url("brand/background?' in css
    (logo,) = page.tree.iter("img")
    answer = visitor.client.get(str(logo.get("src")))
    assert answer.content == PNG
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"].endswith("immutable")


def test_what_the_operator_says_wins(tmp_path: Path) -> None:
    path = tmp_path / "brand.toml"
    path.write_text('[colors.dark]\nprimary = "#112233"\n[texts.en]\ntitle = "Mine"\n')
    app = refreshed(Outside(), BRAND_FILE=str(path), BRAND_NAME="Southwind")
    visitor = Visitor.inside(app)
    assert visitor.get("/").title == "Mine – Southwind"
    css = visitor.client.get("/brand.css").text
    # Colours belong together.
    assert "--brand-fill:#112233" in css
    assert "#0a5d83" not in css
    assert "Nylas sets logo, links.website, background, texts.en.subtitle" in told(app)


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (hosted(color_primary="red"), "color_primary must be a colour like #1f5fd6."),
        (hosted(background_image_url="http://x.example/a.png"), "must be an address like https"),
        (hosted(background_image_url="https://x.example:8443/a.png"), "neither port nor user"),
        (hosted(background_image_url="https://x.example/gone"), "status 404"),
        (hosted(background_image_url="https://x.example/page"), "is no SVG, PNG, JPEG or WebP"),
        (hosted(background_image_url="https://x.example/moved"), "BadAnswer: 302 redirect"),
        (hosted(background_image_url="https://x.example/huge"), "BadAnswer: 200 too large"),
        (hosted(background_image_url="https://x.example/script"), "without scripts"),
        (hosted(title="x" * 301), "title must have 300 characters at most."),
    ],
)
def test_a_value_that_cannot_be_used_is_left_out_and_named(
    look: Mapping[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = Outside(look)
    outside.pictures |= {
        "/gone": httpx.Response(404),
        "/page": b"<html>",
        "/moved": httpx.Response(302, headers={"location": "https://x.example/icon.png"}),
        "/huge": PNG + b"0" * 1024 * 1024,
        "/script": SVG.replace(b"<path", b"<script>alert(1)</script><path"),
    }
    app = refreshed(outside)
    assert Visitor.inside(app).get("/").status == 200
    assert words in told(app)
    assert capsys.readouterr().out.count('"event": "brand_import"') == 1


def test_the_last_good_picture_and_the_last_answer_are_kept() -> None:
    outside = Outside()
    app = refreshed(outside)
    brand_import = app.extensions["services"].brand_import
    for bad in (httpx.Response(500), b"<html>"):
        outside.pictures["/icon.png"] = bad
        brand_import.refresh()
        assert Visitor.inside(app).client.get("/brand/logo").content == PNG
    outside.pictures["/icon.png"] = SVG
    brand_import.refresh()
    assert Visitor.inside(app).client.get("/brand/logo").content == SVG
    outside.application = {**outside.application, "branding": {}}
    brand_import.refresh()
    assert Visitor.inside(app).get("/").title.endswith("– Latchkey")


def test_no_page_asks_for_it() -> None:
    outside = Outside()
    app = app_of(outside)
    assert Visitor.inside(app).get("/").title.endswith("– Latchkey")
    assert outside.hosts == []


def test_nylas_that_fails_changes_nothing() -> None:
    outside = Outside()
    outside.application = {}
    app = app_of(outside)
    app.extensions["services"].brand_import.start()
    assert Visitor.inside(app).get("/").title.endswith("– Latchkey")
    assert "Nylas does not tell the look of its application (BadAnswer" in told(app)


def test_a_start_shows_it() -> None:
    app = app_of(Outside())
    app.extensions["services"].brand_import.start()
    assert Visitor.inside(app).get("/").title.endswith("– Northwind")


@pytest.mark.parametrize("variables", [{"SANDBOX": "true"}, {"NYLAS_API_KEY": KEY}])
def test_the_sandbox_and_the_switch_leave_it_out(variables: dict[str, str]) -> None:
    settings = {"BRAND_FROM_NYLAS": str("SANDBOX" in variables).lower(), **variables}
    assert create_app(make_settings(**settings)).extensions["services"].brand_import is None


def test_a_private_address_is_not_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        http = HttpClient(public_only=True)
        with pytest.raises(NotSent):
            http.send("GET", f"https://127.0.0.1:{server.getsockname()[1]}/a.png", seconds=5)
        server.settimeout(5)
        connection, _ = server.accept()
        with connection:
            assert connection.recv(100) == b""


def test_a_file_of_a_newer_look_is_asked_for_once_in_a_while() -> None:
    outside = Outside()
    client = app_of(outside).test_client()
    assert client.get("/brand/logo?v=0123456789ab").data == PNG
    pictures = len(outside.hosts)
    assert pictures == 2
    # Anybody may invent versions.
    assert client.get("/brand/logo?v=ba9876543210").data == PNG
    assert len(outside.hosts) == pictures
