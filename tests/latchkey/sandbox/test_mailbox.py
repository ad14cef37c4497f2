import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.ports import free_port
from latchkey.sandbox.mailbox import is_loopback
from tests.servers import certificate

QUOTED = rb'"((?:[^"\\]|\\["\\])*)"'
LOGIN = re.compile(rb"LOGIN " + QUOTED + rb" " + QUOTED)

PASSWORDS = [
    "simple",
    "with two  spaces ",
    'with "quotes"',
    '"all in quotes"',
    "back\\slash\\\\",
    'both\\"',
    "(*%]{5}",
    "tab\tbell\a",
    "x" * 200,
    "\\" * 200,
]
USERS = ["a@example.com", "jane doe", 'j"d', "d\\u", "star*%", '"quoted"']


class ImapServer(socketserver.ThreadingTCPServer):
    """Speaks just enough IMAP for one login, and notes what it was given."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext, greeting: bytes) -> None:
        super().__init__(("127.0.0.1", 0), ImapConversation)
        self.context = context
        self.greeting = greeting
        self.reply = b"OK"
        self.logins: list[tuple[str, ...]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class ImapConversation(socketserver.BaseRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        try:
            with self.server.context.wrap_socket(self.request, server_side=True) as tls:
                tls.sendall(self.server.greeting)
                for line in tls.makefile("rb"):
                    tls.sendall(self.answer(line.rstrip(b"\r\n")))
        except OSError:
            pass  # the client hung up, as it may

    def answer(self, line: bytes) -> bytes:
        tag, _, command = line.partition(b" ")
        if command == b"CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n"
        login = LOGIN.fullmatch(command)
        if login is None:
            return tag + b" BAD what\r\n"
        plain = (re.sub(rb"\\(.)", rb"\1", part).decode("ascii") for part in login.groups())
        self.server.logins.append(tuple(plain))
        return tag + b" " + self.server.reply + b" that was it\r\n"


@pytest.fixture
def imap(tmp_path: Path) -> Iterator[ImapServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(tmp_path))
    with ImapServer(context, b"* OK ready\r\n") as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def log_in(caller: Any, port: int, password: str = "right", **more: Any) -> Any:
    settings = {"imap_host": "127.0.0.1", "imap_port": port, **more}
    return caller.connect_imap(settings.pop("user", "a@example.com"), password, **settings)


@pytest.mark.parametrize("password", PASSWORDS)
def test_the_password_arrives_byte_for_byte(password: str, imap: ImapServer, caller: Any) -> None:
    assert log_in(caller, imap.port, password).status_code == 201
    assert imap.logins == [("a@example.com", password)]


@pytest.mark.parametrize("user", USERS)
def test_the_user_name_arrives_byte_for_byte(user: str, imap: ImapServer, caller: Any) -> None:
    assert log_in(caller, imap.port, user=user).status_code == 201
    assert imap.logins == [(user, "right")]


@pytest.mark.parametrize("host", ["localhost", "mail.localhost", "LOCALHOST.", "127.0.0.1"])
def test_every_name_of_this_machine_is_signed_in_to(
    host: str, imap: ImapServer, caller: Any
) -> None:
    assert log_in(caller, imap.port, imap_host=host).status_code == 201
    assert len(imap.logins) == 1


def test_a_login_the_server_refuses_is_a_wrong_password(imap: ImapServer, caller: Any) -> None:
    imap.reply = b"NO"
    answer = log_in(caller, imap.port)
    assert (answer.status_code, answer.json["error"]["type"]) == (
        400,
        "grant.invalid_authentication",
    )
    assert len(imap.logins) == 1


@pytest.mark.parametrize("injected", ["a\r\nA1 NOOP", "a\nb", "nul\0"])
def test_a_line_end_never_reaches_the_server(injected: str, imap: ImapServer, caller: Any) -> None:
    assert log_in(caller, imap.port, injected).status_code == 400
    assert log_in(caller, imap.port, user=injected).status_code == 400
    assert imap.logins == []


def test_a_user_name_outside_ascii_is_refused(imap: ImapServer, caller: Any) -> None:
    assert log_in(caller, imap.port, user="jörg").status_code == 400


def test_a_server_that_says_bye_is_unreachable(imap: ImapServer, caller: Any) -> None:
    imap.greeting = b"* BYE too busy\r\n"
    assert log_in(caller, imap.port).status_code == 504


def test_a_connection_that_breaks_during_the_login_is_unreachable(
    imap: ImapServer, caller: Any
) -> None:
    imap.reply = b"\r\n* BYE"
    assert log_in(caller, imap.port).status_code == 504


def test_a_port_where_nobody_listens_is_unreachable(caller: Any) -> None:
    answer = log_in(caller, free_port())
    assert (answer.status_code, answer.json["error"]["type"]) == (504, "provider_error")


def test_a_server_without_tls_is_unreachable(caller: Any) -> None:
    class Plain(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK no TLS here\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Plain) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert log_in(caller, int(server.server_address[1])).status_code == 504
        thread.join()


def test_test_addresses_stay_what_they_are_on_this_machine(imap: ImapServer, caller: Any) -> None:
    assert log_in(caller, imap.port, user="quota@example.com").status_code == 400
    assert imap.logins == []


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("::1", True),
        ("127.8.9.10", True),
        ("a.b.localhost", True),
        ("imap.example.com", False),
        ("localhost.example.com", False),
        ("notlocalhost", False),
        ("10.0.0.1", False),
        ("192.168.1.1", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
