"""Does the page answer at the address that people open, with a good certificate, as it came?"""

import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from config import Settings
from latchkey.infra.errors import BadAnswer, UpstreamError
from latchkey.infra.http import Answer, HttpClient
from latchkey.infra.json_object import json_object
from latchkey.infra.no_connection import why_no_connection
from latchkey.operator.doctor.arrival import check_arrival
from latchkey.operator.doctor.finding import Finding, Level
from latchkey.web.arrival import ask_for_arrival, read_arrival

_SECONDS = 5.0
_FEW_DAYS = 14


def check_public_url(settings: Settings) -> Iterator[Finding]:
    """Ask the page itself through ``PUBLIC_URL``; nothing is checked when it is ""."""
    parts = urlsplit(settings.public_url)
    if not parts.hostname:
        return
    if parts.scheme == "https":
        finding = _check_certificate(parts.hostname, parts.port or 443)
        yield finding
        if finding.level is Level.FAILED:
            return
    yield from _check_answer(settings)


def _check_answer(settings: Settings) -> Iterator[Finding]:
    try:
        answer = HttpClient().send(
            "GET",
            f"{settings.public_url}/healthz",
            headers=ask_for_arrival(settings.secret_keys),
            seconds=_SECONDS,
        )
    except BadAnswer as error:
        yield _failed(f"PUBLIC_URL leads elsewhere ({error}).", "Set it to where people end up.")
        return
    except UpstreamError as error:
        yield _failed(
            f"Nothing answers at PUBLIC_URL ({type(error).__name__}: {error}).",
            "Look at DNS, the proxy, and whether this machine may ask its own address.",
        )
        return
    yield from _check_page(settings, answer)


def _check_page(settings: Settings, answer: Answer) -> Iterator[Finding]:
    said = json_object(answer.body) or {}
    if answer.status != 200 or said.get("status") != "ok":
        yield _failed(
            f"Another program answers at PUBLIC_URL ({answer.status} to /healthz).",
            "Have the proxy pass every path on to this page.",
        )
        return
    if said.get("path", settings.path) != settings.path:
        yield _failed(
            f"The proxy takes {settings.path} off what it forwards, so PUBLIC_URL leads nowhere.",
            "Have it forward the path as it is, for all paths that begin so.",
        )
        return
    yield Finding(check="public-url", level=Level.OK, text="PUBLIC_URL answers.")
    yield from check_arrival(settings, read_arrival(said))


def _check_certificate(host: str, port: int) -> Finding:
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), _SECONDS) as sock,
            context.wrap_socket(sock, server_hostname=host) as tls,
        ):
            certificate = tls.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        text = f"The certificate of PUBLIC_URL is not good: {error.verify_message}"
        return _failed(text.rstrip(".") + ".", "Renew it, with its whole chain.")
    except OSError as error:
        return _failed(
            f"PUBLIC_URL cannot be reached ({why_no_connection(error)}).",
            "Look at DNS, the proxy, and whether this machine may ask its own address.",
        )
    left = ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()
    days = int(left // 86400)
    text = f"The certificate of PUBLIC_URL is good for {days} more days."
    if days < _FEW_DAYS:
        fix = "See why it was not renewed."
        return Finding(check="certificate", level=Level.WARNING, text=text, fix=fix)
    return Finding(check="certificate", level=Level.OK, text=text)


def _failed(text: str, fix: str) -> Finding:
    return Finding(check="public-url", level=Level.FAILED, text=text, fix=fix)
