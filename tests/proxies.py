"""The proxies of deploy/, run as they are except for names, ports and certificates."""

import contextlib
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx

from bench.ports import free_port
from config import ROOT
from tests.servers import certificate, find_program, trusting_nobody, wait_for

NAME = "connect.example.com"


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A proxy that runs.

    :ivar folder: holds its logs.
    :ivar plain: port that speaks http.
    """

    folder: Path
    port: int
    plain: int

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, verify=trusting_nobody(), trust_env=False)

    def logs(self) -> str:
        return "".join(file.read_text() for file in self.folder.glob("*log*"))


Start = Callable[[Path, str], contextlib.AbstractContextManager[Proxy]]


def replaced(name: str, **changes: str) -> str:
    """A file of deploy/ with each of these texts, which must be there, replaced."""
    text = (ROOT / "deploy" / name).read_text()
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def nginx(folder: Path, upstream: str, more: str = "") -> Iterator[Proxy]:
    program = find_program("nginx")
    cert, key = certificate(folder)
    proxy = Proxy(folder=folder, port=free_port(), plain=free_port())
    changes = {
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
        "listen 80;": f"listen 127.0.0.1:{proxy.plain};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{proxy.port} ssl http2;",
        NAME: "localhost",
        "127.0.0.1:8000": upstream.removeprefix("http://"),
        "/etc/ssl/latchkey/fullchain.pem": str(cert),
        "/etc/ssl/latchkey/privkey.pem": str(key),
        "/var/log/nginx": str(folder),
    }
    (folder / "latchkey.conf").write_text(replaced("nginx.conf", **changes))
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{path}_temp_path {folder}/{path};" for path in paths)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/main.log;"
        f"events {{}} http {{ {temporary} {more} include {folder}/latchkey.conf; }}"
    )
    with running([program, "-e", f"{folder}/start.log", "-c", f"{folder}/nginx.conf"], proxy.port):
        yield proxy


@contextlib.contextmanager
def caddy(folder: Path, upstream: str, **more: str) -> Iterator[Proxy]:
    program = find_program("caddy")
    cert, key = certificate(folder)
    proxy = Proxy(folder=folder, port=free_port(), plain=free_port())
    # Without the console for administrators, and without ports 80 and 443.
    options = f"{{\n\tadmin off\n\thttp_port {proxy.plain}\n\thttps_port {proxy.port}\n\tservers {{"
    changes = {
        "{\n\tservers {": options,
        f"\n{NAME} {{": f"\nlocalhost:{proxy.port} {{\n\ttls {cert} {key}",
        "127.0.0.1:8000": upstream.removeprefix("http://"),
        **more,
    }
    (folder / "Caddyfile").write_text(replaced("Caddyfile", **changes))
    command = [program, "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]
    with running(command, proxy.port, folder):
        yield proxy


@contextlib.contextmanager
def running(command: list[str], port: int, home: Path | None = None) -> Iterator[None]:
    environ = {"PATH": "/usr/bin:/usr/sbin", "HOME": str(home), "XDG_DATA_HOME": str(home)}
    # What it says about itself is seen when the test fails.
    process = subprocess.Popen(command, env=environ)
    try:
        wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(10)


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answers with the headers and the length of the body that arrived."""
    length = len(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    headers = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"length": length, **headers}).encode()]
