"""Parsers of settings: from text to value, or ``ValueError`` with what the text must be.

The text of an error goes on after the setting's name and never holds the value.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address

from latchkey.infra.addresses import endpoint, origin, return_uri
from latchkey.infra.languages import BY_TAG


def switch(value: str) -> bool:
    """Parse true or false."""
    lowered = value.lower()
    if lowered in ("true", "yes", "on", "1"):
        return True
    if lowered in ("false", "no", "off", "0"):
        return False
    raise ValueError("must be true or false")


def whole(low: int, high: int) -> Callable[[str], int]:
    """Make a parser of whole numbers from ``low`` to ``high``."""

    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            unit = ", without a unit" if re.fullmatch(r"[0-9]+\s*[A-Za-z/%]+", value) else ""
            raise ValueError(f"must be a whole number from {low} to {high}{unit}")
        return int(value)

    return parse


def words(value: str) -> tuple[str, ...]:
    """Parse a list, separated by commas or blanks."""
    return tuple(part for part in re.split(r"[,\s]+", value) if part)


def ports(value: str) -> tuple[int, ...]:
    """Parse a list of port numbers."""
    return tuple(map(whole(1, 65535), words(value)))


def ip_and_port(value: str) -> tuple[str, int]:
    """Parse an IP address with a port; version 6 is written in brackets."""
    host, _, port = value.rpartition(":")
    try:
        return str(ip_address(host.removeprefix("[").removesuffix("]"))), whole(1, 65535)(port)
    except ValueError:
        raise ValueError("must be an IP address with a port, like 192.0.2.53:53") from None


def uris(value: str) -> tuple[str, ...]:
    """Parse a list of addresses that people may be sent back to."""
    return tuple(return_uri(part) for part in words(value))


def frame_origins(value: str) -> tuple[str, ...]:
    """Parse a list of origins whose pages may frame this one: https, and no wildcards."""
    found = tuple(origin(part).lower() for part in words(value))
    if not all(part.startswith("https://") for part in found):
        raise ValueError("must name origins with https, like https://app.example.com")
    return found


def language_tag(value: str) -> str:
    """Parse a language that the pages can be read in."""
    for tag in BY_TAG:
        if tag.lower() == value.replace("_", "-").lower():
            return tag
    raise ValueError(f"must be one of {', '.join(sorted(BY_TAG))}")


def language_tags(value: str) -> tuple[str, ...]:
    """Parse a list of languages, separated by commas or blanks."""
    return tuple(map(language_tag, words(value) or [value]))


def color(value: str) -> str:
    """Parse a colour of six hexadecimal digits."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError("must be a colour like #1f5fd6")
    return value.lower()


def contact(value: str) -> str:
    """Parse a mail address as a link, or the https address of a page."""
    if re.fullmatch(r"mailto:[!-~]+@[!-~]+", value):
        return value
    if not value.startswith("https://"):
        raise ValueError("must start with mailto: or https://")
    return endpoint(value)


def level(value: str) -> str:
    """Parse the name of a level of Python's logging."""
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
    return value.upper()


def log_format(value: str) -> str:
    """Parse the form of the log."""
    if value.lower() not in ("json", "text"):
        raise ValueError("must be json or text")
    return value.lower()


def tenant(value: str) -> str:
    """Parse a tenant of Microsoft."""
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,253}", value):
        raise ValueError("must be common, organizations, consumers, or a tenant's id or domain")
    return value


def application_id(value: str) -> str:
    """Parse the client ID of a Nylas application."""
    if value.startswith("nyk_"):
        raise ValueError("is an API key: it must be the client ID that the Nylas dashboard shows")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", value):
        raise ValueError("must be the client ID that the Nylas dashboard shows")
    return value


def nylas_origin(value: str) -> str:
    """Parse the address of Nylas's API, without the version that its paths begin with."""
    if not value.lower().startswith(("http://", "https://")):
        raise ValueError(
            "must be an address: https://api.us.nylas.com, for Europe https://api.eu.nylas.com"
        )
    return origin(value)


def host_names(value: str) -> tuple[str, ...]:
    """Parse a list of host names; a dot before one means all names below it, too."""
    names = words(value)
    for name in names:
        if "/" in name or "*" in name:
            raise ValueError(
                "must be host names like connect.example.com or .example.com, "
                "without https://, paths and asterisks"
            )
        if not re.fullmatch(
            r"\.?[A-Za-z0-9_-][A-Za-z0-9._-]*(:[0-9]{1,5})?|\[[0-9a-fA-F:.]+\]", name
        ):
            raise ValueError("must be host names like connect.example.com")
    return names


def listening_host(value: str) -> str:
    """Parse the address that a server listens on: an IP address, or a name of this machine."""
    bare = value[1:-1] if value[0] == "[" and value[-1] == "]" else value
    try:
        return str(ip_address(bare))
    except ValueError:
        pass
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", value):
        raise ValueError("must be an IP address or a host name alone; the port is set by PORT")
    return value
