import pytest

from latchkey.web.branding.pictures import PICTURE_BYTES, sniffed_picture

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    "drawing",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<?xml version='1.0'?><!-- A <svg> --><svg xmlns = 'http://www.w3.org/2000/svg'><g/></svg>",
        b'<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>',
    ],
)
def test_a_drawing_names_what_it_is_made_of(drawing: bytes) -> None:
    assert sniffed_picture(drawing).mimetype == "image/svg+xml"
    with pytest.raises(ValueError, match="must have xmlns="):
        sniffed_picture(drawing.replace(b"2000/svg", b"1999/xhtml"))


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        (b"<path d=", "unclosed token: line 1, column 40"),
        (b"<g></svg>", "mismatched tag"),
        (b"<title>North &nbsp; wind</title></svg>", "undefined entity"),
        (b"<title>M\xfcller</title></svg>", "not well-formed"),
    ],
)
def test_a_drawing_that_browsers_show_nothing_of_is_damaged(inside: bytes, why: str) -> None:
    start = b'<svg xmlns="http://www.w3.org/2000/svg">'
    with pytest.raises(ValueError, match=rf"is a damaged drawing \({why}"):
        sniffed_picture(start + inside)


def test_a_page_that_holds_a_drawing_is_none() -> None:
    page = b'<!doctype html><html><svg xmlns="http://www.w3.org/2000/svg"></svg></html>'
    with pytest.raises(ValueError, match="is a damaged drawing"):
        sniffed_picture(page)


def test_a_picture_has_a_megabyte_at_most() -> None:
    assert sniffed_picture(PNG.ljust(PICTURE_BYTES, b"\0")).mimetype == "image/png"
    with pytest.raises(ValueError, match="more than 1 MB"):
        sniffed_picture(PNG.ljust(PICTURE_BYTES + 1, b"\0"))
