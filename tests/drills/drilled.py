"""The page under gunicorn, as in production, while something around it breaks."""

import contextlib
import functools
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from bench.ports import free_port
from config import ROOT, SANDBOX_API_KEY
from latchkey.apps.link_claims import sign_link
from tests.conftest import LINK_KEY, SECRET
from tests.measured import value
from tests.pages import Page, Visitor
from tests.servers import wait_for
from tests.test_servers import gunicorn, stop

EMAIL = "someone@gmx.de"
PASSWORD = "topsecret"
_PATIENCE = 60.0


class Drilled:
    """The page under gunicorn, with its log and its metrics."""

    def __init__(self, folder: Path, app: str, root: Path, **variables: str) -> None:
        self._port, self._metrics, self._log = free_port(), free_port(), folder / "log"
        self.process = gunicorn(
            app, folder, root=root,
            **{
                "SANDBOX": "", "NYLAS_API_KEY": SANDBOX_API_KEY, "SECRET_KEY": SECRET,
                "LINK_KEY": LINK_KEY, "PORT": str(self._port), "METRICS_PORT": str(self._metrics),
                "MX_LOOKUPS": "false", "STATE_DIR": str(folder / "state"),
                "BRAND_FROM_NYLAS": "false", **variables,
            },
        )  # fmt: skip
        self.url = f"http://localhost:{self._port}"

    def wait(self) -> None:
        """Return when a process serves the pages."""
        wait_for(self._port, self.process)
        assert self.status("/healthz") == 200

    def visitor(self) -> Visitor:
        return Visitor.at(self.url)

    def sign_in(self, email: str = EMAIL) -> Page:
        """The page that a sign-in ends with, be it at the e-mail step already."""
        visitor = self.visitor()
        form = visitor.enter(email)
        return visitor.submit(form, password=PASSWORD) if form.status == 200 else form

    def link(self) -> str:
        """Where a new signed link leads."""
        return f"/?link={sign_link(EMAIL, LINK_KEY, seconds=3600, provider='imap')}"

    def status(self, path: str) -> int:
        return httpx.get(self.url + path, timeout=_PATIENCE, trust_env=False).status_code

    def counted(self, name: str, **labels: str) -> float:
        there = httpx.get(
            f"http://localhost:{self._metrics}/metrics", timeout=_PATIENCE, trust_env=False
        )
        return value(name, there.text, **labels)

    @property
    def workers(self) -> list[int]:
        """The ids of the processes that serve the pages."""
        pid = self.process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    @property
    def log(self) -> str:
        return self._log.read_text()

    def logged(self, event: str, outcome: str = "") -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        return [
            one for one in lines if one["event"] == event and outcome in ("", one.get("outcome"))
        ]


@contextlib.contextmanager
def page(
    folder: Path, app: str = "app:create_app()", root: Path = ROOT, /, **variables: str
) -> Iterator[Drilled]:
    made = Drilled(folder, app, root, **variables)
    try:
        made.wait()
        yield made
    finally:
        # A worker that takes the place of a killed one may be only just starting: it misses the
        # signal to stop, and is killed then.
        with contextlib.suppress(subprocess.TimeoutExpired):
            stop(made.process)


def kill_with_socket(pids: Sequence[int], port: int) -> None:
    """Kill the one of these processes whose connection starts at this port, at once."""
    connections = Path("/proc/net/tcp").read_text()
    # Others may have had the port before: those wait for their end, and are nobody's.
    found = re.findall(rf"^ *\d+: \w+:{port:04X} (?:\S+ +){{7}}(\d+) ", connections, re.M)
    assert found, f"no connection of this machine starts at port {port}"
    sockets = {f"socket:[{inode}]" for inode in found}
    (pid,) = filter(functools.partial(_has_one, sockets), pids)
    os.kill(pid, signal.SIGKILL)


def _has_one(files: set[str], pid: int) -> bool:
    for each in Path(f"/proc/{pid}/fd").iterdir():
        # The process opens and closes files meanwhile.
        with contextlib.suppress(FileNotFoundError):
            if os.readlink(each) in files:
                return True
    return False
