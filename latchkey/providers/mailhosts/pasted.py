"""Servers as people paste them: an address of a web page, a name with its port."""

import re
from dataclasses import dataclass

# No user name before the host, and nothing that two programs may read in two ways.
_PASTED = re.compile(
    r"""
    (?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?
    (?P<host>[^\s/:@?\#\\\[\],;]+)
    (?:(?: : | [,;]?[ ]+(?:port[: ]+)? )(?P<port>[0-9]{1,5}))?
    (?:[/?\#][^\s@]*)?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WEB = ("http", "https")


@dataclass(frozen=True, kw_only=True)
class PastedServer:
    """What is in a pasted text; nothing is judged yet.

    :ivar port: as it is written, "" without one.
    :ivar of_web: the text is the address of a web page, so the port is not one of mail.
    """

    host: str
    port: str = ""
    of_web: bool = False


def read_server(text: str) -> PastedServer:
    """Return the host and port in ``text``; all of it is the host when it is written otherwise."""
    found = _PASTED.fullmatch(text.strip())
    if found is None:
        return PastedServer(host=text)
    of_web = (found["scheme"] or "").lower() in _WEB
    return PastedServer(host=found["host"], port=found["port"] or "", of_web=of_web)
