from pathlib import Path

import pytest

from app import create_app
from tests.conftest import make_settings
from tests.pages import Visitor


def test_the_stylesheet_of_the_brand_is_a_file_of_ours(visitor: Visitor) -> None:
    answer = visitor.client.get("/brand.css")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers


def test_it_follows_the_settings(visitor: Visitor) -> None:
    other = Visitor.inside(create_app(make_settings(BRAND_COLOR="#0a7d33")))
    assert "#0a7d33" in other.client.get("/brand.css").text
    assert "#0a7d33" not in visitor.client.get("/brand.css").text


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("logo.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("logo.png", "image/png", b"\x89PNG\r\n\x1a\n"),
        ("logo.jpg", "image/jpeg", b"\xff\xd8\xff"),
        ("logo.JPEG", "image/jpeg", b"\xff\xd8\xff"),
        ("logo.webp", "image/webp", b"RIFF0000WEBP"),
    ],
)
def test_a_logo_says_what_kind_of_picture_it_is(
    name: str, kind: str, content: bytes, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    visitor = Visitor.inside(create_app(make_settings(BRAND_LOGO=str(file))))
    answer = visitor.client.get("/brand/logo")
    assert answer.content == content
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert "set-cookie" not in answer.headers
