"""Starts and stops everything that takes part, each in processes of its own."""

import contextlib
import io
import os
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.ports import free_port
from bench.upstream import API_KEY
from config import ROOT, VARIABLES

CORES = os.cpu_count() or 1

_START_SECONDS = 20.0
_STOP_SECONDS = 5.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(kw_only=True)
class Program:
    """One program, its children included.

    :ivar port: where it listens on this machine.
    :ivar http: whether the first page tells that it is ready; else an open port does.
    :ivar cwd: the folder it starts in.
    """

    name: str
    command: list[str]
    port: int
    folder: Path
    environ: Mapping[str, str] = field(repr=False, default_factory=dict)
    http: bool = True
    cwd: Path = ROOT
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start, and return the seconds until it was ready."""
        began = time.monotonic()
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.cwd, env=dict(self.environ), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() - began > _START_SECONDS:
                raise RuntimeError(f"{self.name} does not start:\n{self.log()[-2000:]}")
            time.sleep(0.005)
        return time.monotonic() - began

    def tell(self, what: signal.Signals) -> None:
        """Send a signal to the program itself, not to its children."""
        if self.process:
            self.process.send_signal(what)

    def wait(self, seconds: float) -> float:
        """Wait until it has ended, and return how long that took."""
        began = time.monotonic()
        if self.process:
            self.process.wait(seconds)
        return time.monotonic() - began

    def stop(self) -> None:
        """End it, kindly at first."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_STOP_SECONDS)
        if self.process:
            # It may be gone already; its children may not.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(_STOP_SECONDS)

    def log(self) -> str:
        """What it said so far."""
        return (self.folder / f"{self.name}.log").read_text(errors="replace")

    def megabytes(self) -> float:
        """Its memory: PSS, so that what processes share counts once."""
        return sum(_pss(pid) for pid in self.pids()) / 1024

    def cpu_seconds(self) -> float:
        """Processor time used so far."""
        return sum(_cpu(pid) for pid in self.pids())

    def limit_processor(self, share: float) -> None:
        """Give it and its children so much of one processor and no more, by a cgroup.

        :raises RuntimeError: this machine lets nobody do that.
        """
        folder = _cgroup(self.name, share)
        try:
            for pid in self.pids():
                (folder / "cgroup.procs").write_text(str(pid))
        except OSError as error:
            raise RuntimeError(f"no cgroup for processor time: {error}") from None

    def pids(self) -> list[int]:
        """Its processes, those it started included."""
        found = [self.process.pid] if self.process else []
        for pid in found:
            with contextlib.suppress(OSError):
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
                found += [int(child) for child in children.split()]
        return found

    def _is_ready(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            if not self.http:
                return True
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as page:
                return bool(page.status == 200)
        return False


def _cgroup(name: str, share: float) -> Path:
    """A cgroup with a limit: of version 1 if its controller is there, else of version 2."""
    period = 100_000
    first = Path("/sys/fs/cgroup/cpu")
    folder = (first if first.is_dir() else first.parent) / f"bench-{os.getpid()}-{name}"
    try:
        folder.mkdir(exist_ok=True)
        if first.is_dir():
            (folder / "cpu.cfs_period_us").write_text(str(period))
            (folder / "cpu.cfs_quota_us").write_text(str(int(share * period)))
        else:
            (folder / "cpu.max").write_text(f"{int(share * period)} {period}")
    except OSError as error:
        raise RuntimeError(f"no cgroup for processor time: {error}") from None
    return folder


def _pss(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _cpu(pid: int) -> float:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # utime, stime, and the same of children that have ended (proc(5)).
        return sum(map(int, fields[11:15])) / _TICKS
    return 0.0


@dataclass(frozen=True, kw_only=True)
class Setup:
    """How our page is deployed for a run.

    :ivar processes: its ``WEB_CONCURRENCY``.
    :ivar settings: more of its settings.
    :ivar logs: folder that keeps the logs; they are thrown away without one.
    """

    processes: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)
    logs: Path | None = None


class Stage:
    """A folder for one run, and the programs in it; all of them end when it does."""

    def __init__(self, setup: Setup | None = None) -> None:
        self._setup = setup or Setup()
        self._programs: list[Program] = []
        self._secret_key = secrets.token_urlsafe(48)

    def __enter__(self) -> "Stage":
        self.folder = Path(tempfile.mkdtemp(prefix="bench-"))
        self.folder.chmod(0o711)
        return self

    def __exit__(self, *_: object) -> None:
        for program in reversed(self._programs):
            program.stop()
        if self._setup.logs:
            shutil.copytree(self.folder, self._setup.logs, dirs_exist_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def upstream(self) -> Program:
        """The stand-in for Nylas, running."""
        port = free_port()
        program = self.add("upstream", [sys.executable, "-m", "bench.upstream", str(port)], port)
        program.http = False
        program.start()
        return program

    def page(self, upstream: Program, *, name: str = "page", **settings: str) -> Program:
        """Our page, as it is deployed; not started yet."""
        return self._gunicorn(name, "app:create_app()", upstream, settings)

    def earlier(self, upstream: Program, commit: str, **settings: str) -> Program:
        """Our page as it was at ``commit``, with the libraries of today; not started yet.

        :raises RuntimeError: this clone does not have the commit.
        """
        folder = self.folder / commit
        folder.mkdir()
        git = [find_program("git"), "-C", str(ROOT), "archive", "--format=zip", commit]
        packed = subprocess.run(git, capture_output=True)
        if packed.returncode:
            raise RuntimeError(f"no commit {commit} here: it takes a clone with the whole history")
        with zipfile.ZipFile(io.BytesIO(packed.stdout)) as archive:
            archive.extractall(folder)
        program = self.page(upstream, name=f"page-{commit}", **settings)
        program.cwd = folder
        return program

    def bare(self, upstream: Program, **settings: str) -> Program:
        """A route that does next to nothing, on the server of our page; not started yet."""
        return self._gunicorn("bare", "bench.bare:app", upstream, settings)

    def naive(self, upstream: Program) -> Program:
        """The yardstick, with gunicorn's defaults and the usual number of workers; not started."""
        port = free_port()
        command = [
            sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}",
            "--workers", str(2 * CORES + 1), "bench.naive.page:app",
        ]  # fmt: skip
        nylas = {
            "NYLAS_API_KEY": API_KEY,
            "NYLAS_API_URI": f"http://127.0.0.1:{upstream.port}",
            "SECRET_KEY": self._secret_key,
        }
        return self.add("naive", command, port, nylas)

    def redis(self) -> Program:
        """Redis without any file; not started yet."""
        port = free_port()
        command = [
            find_program("redis-server"), "--port", str(port), "--bind", "127.0.0.1",
            "--save", "", "--appendonly", "no",
        ]  # fmt: skip
        program = self.add("redis", command, port)
        program.http = False
        return program

    def nginx(self, *pages: Program) -> Program:
        """nginx in front of ``pages``; not started yet."""
        port = free_port()
        config = self.folder / "nginx.conf"
        servers = " ".join(f"server 127.0.0.1:{page.port} max_fails=0;" for page in pages)
        config.write_text(_NGINX.format(folder=self.folder, port=port, servers=servers))
        command = [find_program("nginx"), "-e", "stderr", "-c", str(config)]
        return self.add("nginx", command, port)

    def add(
        self, name: str, command: list[str], port: int, environ: Mapping[str, str] | None = None
    ) -> Program:
        """A program of this stage; not started yet."""
        program = Program(
            name=name, command=command, port=port, folder=self.folder,
            environ={"PATH": os.environ["PATH"], "HOME": str(self.folder), **(environ or {})},
        )  # fmt: skip
        self._programs.append(program)
        return program

    def _gunicorn(
        self, name: str, app: str, upstream: Program, settings: Mapping[str, str]
    ) -> Program:
        port = free_port()
        # What a developer's own .env says must not matter: an empty variable stands above it.
        unset = {row: "" for entry in VARIABLES for row in (entry.name, f"{entry.name}_FILE")}
        environ = {
            **unset,
            "NYLAS_API_KEY": API_KEY,
            "NYLAS_API_URI": f"http://127.0.0.1:{upstream.port}",
            "SECRET_KEY": self._secret_key,
            "PORT": str(port),
            "WEB_CONCURRENCY": str(self._setup.processes),
            **self._setup.settings,
            **settings,
        }
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", app]
        return self.add(name, command, port, environ)


def find_program(name: str) -> str:
    """The path of a program that a point needs."""
    found = shutil.which(name, path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if not found:
        raise RuntimeError(f"{name} is not installed: sh bench/tools.sh gets it")
    return found


def allow_many_files() -> None:
    """Let this process and those it starts have as many connections as the system gives."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


# What is not said here is nginx's default: above all, a request that was sent is not sent again
# to the other instance, unless it is one that changes nothing.
_NGINX = """
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  upstream pages {{ {servers} }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://pages;
      proxy_next_upstream error timeout;
      proxy_connect_timeout 2s;
      proxy_read_timeout 150s;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
    }}
  }}
}}
"""
