"""A real IMAP login on loopback, so that a mail server under test decides about its password."""

import imaplib
import ssl
from contextlib import ExitStack
from ipaddress import ip_address
from typing import Literal

Verdict = Literal["accepted", "refused", "unreachable"]

TIMEOUT_SECONDS = 10.0
# RFC 3501, section 9: not allowed in a quoted string.
UNQUOTABLE = frozenset("\0\r\n")


def is_loopback(host: str) -> bool:
    """Tell whether a typed host is this computer: 127.0.0.0/8, ::1, or a name of RFC 6761."""
    name = host.casefold().removesuffix(".")
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name.rpartition(".")[2] == "localhost"


def try_login(host: str, port: int, user: str, password: str) -> Verdict:
    """Log in over TLS, which must take no longer than 10 seconds per answer, and hang up."""
    typed = user + password
    if not typed.isascii() or UNQUOTABLE.intersection(typed):
        return "refused"
    with ExitStack() as on_exit:
        try:
            server = imaplib.IMAP4_SSL(
                _target(host), port, ssl_context=_unverified(), timeout=TIMEOUT_SECONDS
            )
            on_exit.callback(server.shutdown)
        except (OSError, imaplib.IMAP4.error):
            return "unreachable"
        try:
            server.login(_quoted(user), password)
        except (OSError, imaplib.IMAP4.abort):
            return "unreachable"
        except imaplib.IMAP4.error:
            return "refused"
    return "accepted"


def _target(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        # RFC 6761, section 6.3: names below localhost are loopback, but few resolvers know it.
        return "localhost"


def _unverified() -> ssl.SSLContext:
    # A server on loopback has a self-signed certificate, and there is no man in the middle.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _quoted(user: str) -> str:
    # imaplib quotes every password, but user names only since 3.13 and 3.14 were repaired in 2026
    # (python/cpython#152703); there it leaves alone what is in quotes already.
    escaped = user.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
