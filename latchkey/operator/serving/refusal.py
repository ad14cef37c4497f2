"""What the server itself answers to requests that no page of ours gets to see.

gunicorn would repeat what it could not read, in HTML without any security header.
"""

from typing import Any

from gunicorn import util

_HEADERS = (
    "Connection: close",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options: nosniff",
    "X-Frame-Options: DENY",
    "Referrer-Policy: no-referrer",
    "Cache-Control: no-store",
    "X-Robots-Tag: noindex, nofollow",
)
_REASONS = {
    400: "Bad Request",
    403: "Forbidden",
    408: "Request Timeout",
    414: "URI Too Long",
    417: "Expectation Failed",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}
_TEXTS = {
    414: "The address of this page is too long. Please go back and start again.",
    431: "Your browser sent more cookies than this page can read. Please delete the cookies of "
    "this site, or open the page in a private window.",
    503: "Too many connections come from your network. Please try again in a moment.",
}
_TEXT = "This request could not be read. Please go back and start again."


def answer(status: int) -> bytes:
    """Return the whole answer with ``status``; nothing in it is of the request."""
    text = f"{_TEXTS.get(status, _TEXT)}\n".encode()
    lines = (
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Refused')}",
        *_HEADERS,
        f"Content-Length: {len(text)}",
    )
    return "\r\n".join([*lines, "", ""]).encode() + text


def refuse(sock: Any, status: int, reason: str = "", detail: str = "") -> None:
    """Send the answer, as far as that goes without waiting.

    :param reason: as gunicorn words it, unused.
    :param detail: what gunicorn would show of the request, unused.
    """
    util.write_nonblock(sock, answer(status))


# gunicorn's base worker has no other hook for its own answers.
util.write_error = refuse
