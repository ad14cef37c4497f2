"""Sandbox in the local network (``SANDBOX_LAN``): lets in devices that know a one-time code.

The sandbox answers to its own machine alone. To see a brand on a real phone, an operator opens it
to the network; others in that network do not know the code, which the terminal shows.
"""

import hmac
import secrets
import socket
import threading
from collections.abc import Callable, Collection
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from wsgiref.types import WSGIEnvironment

from flask import Flask, redirect, request, url_for
from werkzeug.wrappers import Response

from latchkey.infra.addresses import is_loopback

COOKIE = "sandbox-device"
# After so many wrong codes there is a new one: eight digits cannot be found by trying.
_MOST_WRONG = 10
_DIGITS = 8
_BORDER = "*" * 78


class SandboxLan:
    """The devices that may open the sandbox, and the code for the next one.

    Kept in memory: the sandbox is one process, and a restart forgets the devices.

    :param port: where the page listens.
    :param announce: shows a text to the operator.
    """

    def __init__(self, port: int, announce: Callable[[str], None] = print) -> None:
        self._address = f"http://{_own_address()}:{port}"
        self._announce = announce
        self._devices: set[str] = set()
        self._lock = threading.Lock()
        self._code, self._wrong = _new_code(), 0

    def show_code(self) -> None:
        """Tell the operator where to go and which code the next device needs."""
        spaced = f"{self._code[:4]} {self._code[4:]}"
        self._announce(
            f"\n{_BORDER}\n"
            "SANDBOX_LAN: every device in your network can open this sandbox:\n"
            f"  {self._address}\n"
            f"It is asked for this code, which lets one device in: {spaced}\n"
            f"{_BORDER}\n"
        )

    def redeem(self, typed: str) -> str:
        """Return the cookie of a device whose user typed the code, "" when it is not the code."""
        digits = "".join(char for char in typed if char.isdecimal() and char.isascii())
        with self._lock:
            good = hmac.compare_digest(digits, self._code)
            self._wrong += not good
            if good or self._wrong >= _MOST_WRONG:
                self._code, self._wrong = _new_code(), 0
            else:
                return ""
            device = secrets.token_urlsafe(24) if good else ""
            self._devices |= {device} if device else set()
        self.show_code()
        return device

    def admits(self, environ: WSGIEnvironment) -> bool:
        """Tell whether a request comes from this machine or from a device that was let in."""
        if is_loopback(environ.get("REMOTE_ADDR", "")):
            return True
        try:
            cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        except CookieError:
            return False
        return COOKIE in cookies and cookies[COOKIE].value in self._devices


def init_lan(app: Flask, lan: SandboxLan, *, before_code: Collection[str]) -> None:
    """Send every device that was not let in to the page that asks for the code.

    :param before_code: the endpoints that it may see before.
    """

    @app.before_request
    def ask_for_code() -> Response | None:
        if request.endpoint in before_code or lan.admits(request.environ):
            return None
        return redirect(url_for("sandbox_code.show"))


def is_private_address(host: str) -> bool:
    """Tell whether a ``Host`` is an address of a private network, which no other site can have.

    A name could lead anywhere (DNS rebinding); a literal address is what the person typed.
    """
    name = host.partition("]")[0].strip("[") if host.startswith("[") else host.partition(":")[0]
    try:
        return ip_address(name).is_private
    except ValueError:
        return False


def _new_code() -> str:
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def _own_address() -> str:
    """The address of this machine in its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            # TEST-NET-1 (RFC 5737): only the way there is looked up.
            sock.connect(("192.0.2.1", 9))
            return str(sock.getsockname()[0])
        except OSError:
            return socket.gethostname()
