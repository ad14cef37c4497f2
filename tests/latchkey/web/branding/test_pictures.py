import pytest

from latchkey.web.branding.pictures import PICTURE_BYTES, sniffed_picture

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_picture_has_a_megabyte_at_most() -> None:
    assert sniffed_picture(PNG.ljust(PICTURE_BYTES, b"\0")).mimetype == "image/png"
    with pytest.raises(ValueError, match="more than 1 MB"):
        sniffed_picture(PNG.ljust(PICTURE_BYTES + 1, b"\0"))
