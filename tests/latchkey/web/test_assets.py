import gzip
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from config import ROOT
from latchkey.web.assets import A_YEAR
from latchkey.web.prepared_file import small_css, small_js
from tests.conftest import make_settings
from tests.pages import Visitor

FILES = sorted(
    path.relative_to(ROOT / "static").as_posix()
    for path in (ROOT / "static").rglob("*")
    if path.is_file()
)


@pytest.fixture
def app() -> Flask:
    return create_app(make_settings())


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return str(app.jinja_env.globals["static_url"](name))  # type: ignore[operator]


@pytest.mark.parametrize("name", FILES)
def test_an_address_with_the_hash_is_kept_for_a_year(app: Flask, name: str) -> None:
    url = address(app, name)
    assert re.fullmatch(rf"/static/{re.escape(name)}\?v=[0-9a-f]{{12}}", url)
    with app.test_client().get(url) as answer:
        assert answer.status_code == 200
        if Path(name).suffix not in (".css", ".js", ".svg"):
            assert answer.data == (ROOT / "static" / name).read_bytes()
        assert answer.headers["Cache-Control"] == f"public, max-age={A_YEAR}"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/brand.css", "/static/js/app.js", "/static/icons/favicon.svg"])
def test_a_text_is_sent_compressed_to_those_who_take_it(app: Flask, path: str) -> None:
    client = app.test_client()
    plain = client.get(path)
    zipped = client.get(path, headers={"Accept-Encoding": "br;q=1, gzip;q=0.5"})
    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"
    tags = plain.headers["ETag"], zipped.headers["ETag"]
    assert tags[0] != tags[1]
    again = client.get(path, headers={"If-None-Match": tags[1], "Accept-Encoding": "gzip"})
    assert again.status_code == 304
    assert again.data == b""
    # The server's own is enough.
    assert "Date" not in zipped.headers
    refused = client.get(path, headers={"Accept-Encoding": "gzip;q=0"})
    assert refused.data == plain.data


def test_what_is_made_small_loses_comments_and_nothing_else() -> None:
    assert small_css('/* a */ a > b { color : red;\n  content: " (" ; }') == (
        'a > b{color :red;content:" (";}'
    )
    assert small_js('// why\nconst a = "//b";\n  // and\n  a();\n') == 'const a = "//b";\na();'


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789ab", "?w=1"])
def test_any_other_address_is_asked_for_anew(app: Flask, query: str) -> None:
    with app.test_client().get(f"/static/css/app.css{query}") as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache"


def test_a_file_that_is_not_there_is_not_kept(app: Flask) -> None:
    for name in ("css/none.css", "../app.py", "..%2fapp.py", ".env", "css"):
        answer = app.test_client().get(f"/static/{name}")
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store, no-transform"


def test_a_page_takes_its_files_by_hash_and_only_from_here(visitor: Visitor) -> None:
    page = visitor.get("/")
    taken = [
        (str(node.get("href") or node.get("src")), node.get("integrity"))
        for tag in ("link", "script", "img")
        for node in page.tree.iter(tag)
    ]
    assert len(taken) == 3
    for url, integrity in taken:
        assert url.startswith("/")
        assert not url.startswith("//")
        if url.startswith("/static/") and not url.startswith("/static/icons/"):
            content = visitor.client.get(url).content
            assert integrity == f"sha256-{b64encode(sha256(content).digest()).decode()}"


def test_a_template_cannot_name_a_file_that_is_not_there(app: Flask) -> None:
    with pytest.raises(KeyError):
        address(app, "css/none.css")
