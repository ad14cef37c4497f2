"""Checks of single values of a brand file: what is allowed, and the sentence when it is not.

Each takes what TOML holds and returns the value, or raises ``ValueError`` with a sentence that goes
on after the key's name.
"""

import re
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

from latchkey.infra.addresses import origin
from latchkey.infra.settings.line_of_text import line_of_text

Check = Callable[[Any], Any]

_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9-]{1,63}")
# A private-use scheme, as apps on phones have it (RFC 8252, 7.1).
_APP_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:")


def one_of(allowed: Collection[str]) -> Check:
    """Make a check of a word that is one of ``allowed``."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return check


def switch(value: Any) -> bool:
    """Check a truth value."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def color(value: Any) -> str:
    """Check a colour of six hexadecimal digits."""
    if not isinstance(value, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError("must be a colour like #1f5fd6")
    return value.lower()


def https(value: Any) -> str:
    """Check the address of a page, which is https."""
    text: str = line_of_text(500)(value)
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or " " in text or not text.isprintable():
        raise ValueError("must be an address like https://example.com/privacy")
    return text


def email(value: Any) -> str:
    """Check an e-mail address."""
    text: str = line_of_text(254)(value)
    if not re.fullmatch(r"[^\s@<>?&:]+@[^\s@<>?&:]+\.[^\s@<>?&:]+", text) or not text.isprintable():
        raise ValueError("must be an e-mail address alone, like help@example.com")
    return text


def list_of(check: Check) -> Check:
    """Make a check of a list, which holds at least one value that is good for ``check``."""

    def check_all(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not value:
            raise ValueError('must be a list like ["one", "two"]')
        return tuple(map(check, value))

    return check_all


def host(value: Any) -> str:
    """Check a host name, without scheme, port and path."""
    text: str = line_of_text(253)(value)
    if not _HOST.fullmatch(text.lower()):
        raise ValueError("must be host names like login.example.com, without port and path")
    return text.lower()


def client_id(value: Any) -> str:
    """Check the client id of a Nylas application."""
    return str(line_of_text(100)(value)).lower()


def redirect_origin(value: Any) -> str:
    """Check the origin of an app: https, or the scheme of an app on phones."""
    text = str(line_of_text(300)(value)).lower()
    if _APP_SCHEME.fullmatch(text):
        return text
    try:
        return origin_of(origin(text))
    except ValueError:
        raise ValueError(
            "must be origins like https://app.example.com or com.example.app:"
        ) from None


def origin_of(address: str) -> str:
    """Return the origin of an address, written as browsers do; of a phone's app, its scheme."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):
        return f"{parts.scheme.lower()}:"
    usual = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"
