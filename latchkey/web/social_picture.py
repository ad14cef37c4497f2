"""The picture that chats show with a link to the page (Open Graph, ``og:image``)."""

from urllib.parse import urljoin

from latchkey.web.brand_in_force import brand_url, current_brand
from latchkey.web.own_address import own_address

# Few chats show drawings.
_SHOWN = ("image/png", "image/jpeg", "image/webp")


def social_picture(card: str) -> str:
    """Return its whole address, as Open Graph wants it: the company's logo, "" without one.

    :param card: the picture of Latchkey, which the pages of no company show.
    """
    brand = current_brand()
    if brand.unnamed:
        return urljoin(own_address(), card)
    if brand.logo and brand.logo.mimetype in _SHOWN:
        return urljoin(own_address(), brand_url("logo"))
    return ""
