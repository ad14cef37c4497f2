import pytest

from latchkey.web.branding.pictures import PICTURE_BYTES, sniffed_picture

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    "start",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg">',
        b"<?xml version='1.0'?><!-- A <svg> --><svg xmlns = 'http://www.w3.org/2000/svg'>",
        b'<svg:svg xmlns:svg="http://www.w3.org/2000/svg">',
    ],
)
def test_a_drawing_names_what_it_is_made_of(start: bytes) -> None:
    assert sniffed_picture(start).mimetype == "image/svg+xml"
    with pytest.raises(ValueError, match="must have xmlns="):
        sniffed_picture(start.replace(b"2000/svg", b"1999/xhtml"))


def test_a_picture_has_a_megabyte_at_most() -> None:
    assert sniffed_picture(PNG.ljust(PICTURE_BYTES, b"\0")).mimetype == "image/png"
    with pytest.raises(ValueError, match="more than 1 MB"):
        sniffed_picture(PNG.ljust(PICTURE_BYTES + 1, b"\0"))
