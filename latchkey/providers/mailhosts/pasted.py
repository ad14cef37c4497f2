"""Servers as people paste them: an address of a web page, a name with its port."""

import re
import unicodedata
from dataclasses import dataclass

from latchkey.providers.pasted_address import without_invisible

# No user name before the host, and nothing that two programs may read in two ways. "Port" is any
# word before the number, as instructions are in all languages; some write a dash for the colon.
_PASTED = re.compile(
    r"""
    (?:(?![^:]*pop)[^\W\d_][\w'-]*(?:[ ][^\W\d_][\w'-]*){0,6}(?:[ ]?:|[ ][–—-])[ ]+(?=\S+\.))?
    (?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?
    (?P<host>[^\s/:@?\#\\\[\],;]+)
    (?:(?: [ ]?:[ ]?
         | [,;]?[ ]+(?:[–—-][ ]+)?(?:(?!pop|ssl|tls|starttls)[^\W\d_]+[ ]?[:–—-]?[ ]*)?
       )(?P<port>[0-9]{1,5}))?
    (?:[/?\#][^\s@]*)?
    (?:[,;]?[ ]+(?:[^\W\d_][\w'-]*(?:[ ][\w'-]+){0,2}[ ]?:[ ]+)?
        (?P<security>ssl|ssl/tls|tls|starttls))?
    [,;]?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PASTED_PORT = re.compile(
    r"(?:[^\W\d_]+ ?:? ?)?(?P<port>[0-9]{1,5})(?:[ /,]+(?P<security>ssl|ssl/tls|tls|starttls))?",
    re.IGNORECASE,
)
_WEB = ("http", "https")
_QUOTES = "\"'`<>{}“”„‘’«»"
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_WIDE_COLON = re.compile("\uff1a(?!//)")  # no blank follows it
_LABEL_CELL = re.compile(r"^([^\t.:]+)\t")
_STARTTLS_PORTS = ("143", "587")


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
    labelled = _LABEL_CELL.sub(r"\1: ", _WIDE_COLON.sub(": ", without_invisible(text)))
    found = _PASTED.fullmatch(_in_one_line(labelled).strip(_QUOTES + " "))
    if found is None or not _is_secured_so(found["port"], found["security"]):
        return PastedServer(host=text)
    of_web = (found["scheme"] or "").lower() in _WEB
    return PastedServer(host=found["host"], port=found["port"] or "", of_web=of_web)


def read_port(text: str) -> str:
    """Return the port in ``text``: "993 (SSL/TLS)", "Port: 993"; all of it when it says more.

    Arabic and Indian keyboards have digits of their own.
    """
    digits = "".join(str(unicodedata.decimal(char, char)) for char in _in_one_line(text))
    found = _PASTED_PORT.fullmatch(digits)
    return found["port"] if found and _is_secured_so(found["port"], found["security"]) else text


def _in_one_line(text: str) -> str:
    """Return usual letters with one blank between words, where brackets or a table's tabs were."""
    return " ".join(_IN_BRACKETS.sub(r" \1 ", unicodedata.normalize("NFKC", text)).split())


def _is_secured_so(port: str | None, security: str | None) -> bool:
    """Tell whether a pasted word for the security says what follows from the port, too.

    Many instructions call STARTTLS "TLS".
    """
    if security is None:
        return True
    words = ("tls", "starttls") if port in _STARTTLS_PORTS else ("tls", "ssl", "ssl/tls")
    return port is not None and security.lower() in words
