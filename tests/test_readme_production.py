"""The README's commands for production, run as they are except for folders and packages."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.ports import free_port
from config import ROOT
from tests.conftest import KEY
from tests.servers import find_program

pytestmark = pytest.mark.slow

README = (ROOT / "README.md").read_text()
INSTALL, SECOND = re.findall(
    r"```sh\n(.*?)```", README.partition("All of it on a bare Debian")[2], re.S
)[:2]
SERVICE = (ROOT / "deploy" / "latchkey.service").read_text()
FLASK = (ROOT / "deploy" / "flask.sh").read_text()
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()
PASTED = "install -m 600 /dev/stdin /etc/latchkey/api-key"


def ran(lines: list[str], etc: Path) -> subprocess.CompletedProcess[str]:
    """Run commands with ``/etc`` and ``/var`` in a folder and this Python's own ``flask``."""
    script = "\n".join(lines).replace("/etc/", f"{etc}/").replace("/var/", f"{etc}/var/")
    script = script.replace(".venv/bin/flask", f"{sys.executable} -m flask")
    return subprocess.run(
        ["/bin/sh", "-e", "-c", script], cwd=ROOT, env={"PATH": os.environ["PATH"]},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    """``/etc`` after the README's commands, except for what only a Debian of one's own can do."""
    for folder in ("latchkey", "nginx/conf.d", "systemd/system"):
        (tmp_path / folder).mkdir(parents=True)
    assert PASTED in INSTALL
    commands = INSTALL.replace(PASTED, f"echo {KEY} | {PASTED}").splitlines()
    first = next(number for number, line in enumerate(commands) if line.startswith("install -d"))
    here = [
        line for line in commands[first:] if not line.startswith(("systemctl", "deploy/flask.sh"))
    ]
    done = ran(here, tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_what_the_commands_leave_is_what_the_files_of_deploy_read(etc: Path) -> None:
    files = {f"/etc/{file.relative_to(etc)}" for file in etc.rglob("*") if file.is_file()}
    assert files == {
        "/etc/latchkey/api-key", "/etc/latchkey/env", "/etc/latchkey/secret-key",
        "/etc/nginx/conf.d/latchkey.conf", "/etc/systemd/system/latchkey.service",
    }  # fmt: skip
    assert set(re.findall(r"/etc/latchkey/[\w-]+", SERVICE)) <= files
    assert "WorkingDirectory=/opt/latchkey\n" in SERVICE
    assert "cd /opt/latchkey\n" in INSTALL
    assert (etc / "latchkey" / "api-key").stat().st_mode & 0o777 == 0o600
    for certificate in ("fullchain.pem", "privkey.pem"):
        assert f" /etc/ssl/latchkey/{certificate};" in NGINX


def with_settings(command: str, etc: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in place of ``flask`` in ``deploy/flask.sh``."""
    assert 'cd "$(dirname "$0")/.."\n' in FLASK
    called = FLASK.replace('"$(dirname "$0")/.."', str(ROOT)).replace(
        '.venv/bin/flask "$@"', command
    )
    return ran([called], etc)


def test_the_doctor_gets_the_settings_of_the_unit(etc: Path) -> None:
    env = etc / "latchkey" / "env"
    text = env.read_text()
    nowhere = f"http://127.0.0.1:{free_port()}"
    text = text.replace("https://api.us.nylas.com", nowhere)
    text = text.replace("https://connect.example.com", nowhere)
    env.write_text(re.sub(r"redis://.*", f"redis://127.0.0.1:{free_port()}/0", text))
    assert INSTALL.endswith("\ndeploy/flask.sh doctor\n")
    assert os.access(ROOT / "deploy" / "flask.sh", os.X_OK)
    done = with_settings(".venv/bin/flask doctor", etc)
    assert done.returncode == 2, done.stderr
    assert "✗ Nylas cannot be asked" in done.stdout
    assert "✗ Redis cannot be used" in done.stdout


def test_commands_keep_marks_where_the_unit_does_and_read_values_in_single_quotes(
    etc: Path,
) -> None:
    assert "STATE_DIR=%S/%N " in SERVICE
    settings = "BRAND_NAME='A & B; $HOME'\nSTATE_DIR=state\n"
    (etc / "latchkey" / "env").write_text(f"PUBLIC_URL=https://connect.example.com\n{settings}")
    done = with_settings("printenv STATE_DIR BRAND_NAME", etc)
    assert done.stdout.splitlines() == [f"{etc}/var/lib/latchkey", "A & B; $HOME"], done.stderr


def test_the_second_instance_has_a_port_of_its_own(etc: Path) -> None:
    here = [line for line in SECOND.splitlines() if not line.startswith("systemctl")]
    done = ran(here, etc)
    assert done.returncode == 0, done.stderr
    assert "METRICS_PORT" not in (etc / "latchkey" / "env").read_text()
    ports = re.findall(r"latchkey@(\d+)", SECOND)
    servers = " ".join(f"server 127.0.0.1:{port};" for port in ports)
    assert servers in (etc / "nginx" / "conf.d" / "latchkey.conf").read_text()
    assert (etc / "systemd" / "system" / "latchkey@.service").read_text() == SERVICE


@pytest.mark.parametrize("name", ["latchkey.service", "latchkey@8001.service"])
def test_systemd_understands_the_unit_and_its_template(name: str, tmp_path: Path) -> None:
    unit = SERVICE.replace("/opt/latchkey/.venv/bin/gunicorn", sys.executable)
    (tmp_path / re.sub(r"@\d+", "@", name)).write_text(unit)
    done = subprocess.run(
        [find_program("systemd-analyze"), "verify", "--man=no", str(tmp_path / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not [line for line in done.stderr.splitlines() if "latchkey" in line]
