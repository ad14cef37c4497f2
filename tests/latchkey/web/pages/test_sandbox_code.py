"""A sandbox in the local network: who gets in, and who does not."""

import os
import re
import socket
import subprocess
import sys

import httpx
import pytest
from flask import Flask

from app import create_app
from bench.ports import free_port
from config import ROOT
from latchkey.web.lan import SandboxLan
from tests.conftest import make_settings
from tests.pages import Visitor
from tests.servers import wait_for

PHONE, STRANGER = "192.168.0.7", "192.168.0.8"
HERE = "http://192.168.0.2:8000"


@pytest.fixture
def lan_app() -> Flask:
    return create_app(make_settings(SANDBOX_LAN="true"))


def device(app: Flask, address: str, url: str = HERE) -> Visitor:
    transport = httpx.WSGITransport(app=app, remote_addr=address)
    return Visitor(httpx.Client(transport=transport, base_url=url))


def code(app: Flask, capsys: pytest.CaptureFixture[str]) -> str:
    """The code that the terminal shows last."""
    if not (shown := capsys.readouterr().out):
        app.extensions["services"].lan.show_code()
        shown = capsys.readouterr().out
    return str(re.findall(r"lets one device in: (\d{4} \d{4})\n", shown)[-1])


def test_a_phone_types_the_code_and_connects_a_mailbox(
    lan_app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = device(lan_app, PHONE)
    asked = phone.get("/")
    assert asked.heading == "Open the sandbox"
    assert "open to your network" in asked.text
    page = phone.submit(asked, code=code(lan_app, capsys))
    assert page.heading == "Connect your mailbox"
    assert phone.sign_in("someone@example.com").heading == "Your mailbox is connected"
    assert phone.enter("someone@gmail.com").heading == "Continue with Google"
    assert phone.client.get("/sandbox/oauth/google/authorize").status_code != 404


@pytest.mark.parametrize(
    "path", ["/", "/connect/imap", "/connected", "/providers", "/v3/connect/auth", "/nothing"]
)
def test_a_device_without_the_code_sees_no_page(lan_app: Flask, path: str) -> None:
    assert device(lan_app, STRANGER).get(path).heading == "Open the sandbox"
    answer = device(lan_app, STRANGER).client.get("/sandbox/oauth/google/authorize")
    assert answer.status_code == 404


def test_a_code_lets_in_one_device(lan_app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    first = code(lan_app, capsys)
    phone, stranger = device(lan_app, PHONE), device(lan_app, STRANGER)
    phone.submit(phone.get("/"), code=first)
    refused = stranger.submit(stranger.get("/"), code=first)
    assert refused.error_at("code") == "This isn’t the code. Please look at the terminal again."
    second = code(lan_app, capsys)
    assert second != first
    assert stranger.submit(stranger.get("/"), code=second).heading == "Connect your mailbox"
    assert phone.get("/").heading == "Connect your mailbox"


def test_codes_cannot_be_found_by_trying(capsys: pytest.CaptureFixture[str]) -> None:
    lan = SandboxLan(8000)
    lan.show_code()
    good = re.findall(r"\d{4} \d{4}", capsys.readouterr().out)[0]
    for number in range(10):
        assert not lan.redeem(f"{number:08}" if good != f"{number:04} {number:04}" else "x")
    assert re.findall(r"\d{4} \d{4}", capsys.readouterr().out) != [good]
    assert not lan.redeem(good)


@pytest.mark.parametrize(
    "cookie", ["sandbox-device=", "sandbox-device=x", "=;;,", 'sandbox-device="', "a<b=1"]
)
def test_no_made_up_cookie_lets_a_device_in(lan_app: Flask, cookie: str) -> None:
    stranger = device(lan_app, STRANGER)
    stranger.client.headers["Cookie"] = cookie
    assert stranger.get("/").heading == "Open the sandbox"


@pytest.mark.parametrize("host", ["evil.example", "192.168.0.2.evil.example", "8.8.8.8"])
def test_the_address_is_one_of_the_network_and_no_name(lan_app: Flask, host: str) -> None:
    assert device(lan_app, STRANGER, f"http://{host}").client.get("/").status_code == 400


def test_this_machine_needs_no_code(lan_app: Flask) -> None:
    assert Visitor.inside(lan_app).get("/").heading == "Connect your mailbox"


def test_there_is_no_such_page_elsewhere(visitor: Visitor) -> None:
    assert visitor.get("/sandbox-code").status == 404


@pytest.mark.slow
def test_the_code_is_in_the_terminal_at_the_start() -> None:
    port = free_port()
    environ = os.environ | {
        "SANDBOX": "true", "SANDBOX_LAN": "true", "PORT": str(port), "NYLAS_API_KEY": "",
    }  # fmt: skip
    gunicorn = ["-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "app:create_app()"]
    command = [sys.executable, *gunicorn]
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as server:
        try:
            wait_for(port, server)
            shown = ""
            for line in server.stdout or ():
                shown += line.decode()
                if found := re.search(r"lets one device in: (\d{4} \d{4})", shown):
                    break
            visitor = Visitor.at(f"http://127.0.0.1:{port}")
            page = visitor.submit(visitor.get("/sandbox-code"), code=found[1] if found else "")
            assert page.heading == "Connect your mailbox"
            assert re.search(rf"http://[0-9a-zA-Z.-]+:{port}\n", shown)
            assert "sandbox-device" in visitor.cookies()
        finally:
            server.terminate()


def test_without_a_network_the_address_is_the_name_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Nowhere(socket.socket):
        def connect(self, address: object) -> None:
            raise OSError("Network is unreachable")

    monkeypatch.setattr(socket, "socket", Nowhere)
    SandboxLan(8000).show_code()
    assert f"http://{socket.gethostname()}:8000" in capsys.readouterr().out
