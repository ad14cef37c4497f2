"""What deploy/ holds for containers, Kubernetes and systemd, tried without them."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.ports import free_port
from config import ROOT, VARIABLES
from tests.conftest import KEY, SECRET
from tests.servers import find_program, wait_for
from tests.test_structure import ROUTES

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = (DEPLOY / "compose.yaml").read_text()
KUBERNETES = (DEPLOY / "kubernetes" / "latchkey.yaml").read_text()
SERVICE = (DEPLOY / "latchkey.service").read_text()
USER = 10001


def instructions() -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.M))
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line]  # type: ignore[misc]


def values(name: str) -> list[str]:
    return [value for found, value in instructions() if found == name]


def copied() -> Iterator[tuple[str, str]]:
    """What goes from the repository into the last stage, and where to."""
    last = max(number for number, (name, _) in enumerate(instructions()) if name == "FROM")
    for name, value in instructions()[last:]:
        if name == "COPY" and "--from" not in value:
            *sources, target = value.split()
            for source in sources:
                yield source, target if source == target else f"{target}/{Path(source).name}"


def server_seconds() -> int:
    found = re.search(
        r"^graceful_timeout = (\d+)$", (DEPLOY / "gunicorn.conf.py").read_text(), re.M
    )
    assert found
    return int(found[1])


def test_the_image_is_built_of_pinned_parts_in_two_stages() -> None:
    bases = [value.split()[0] for value in values("FROM")]
    assert len(bases) == 2
    assert all(
        re.fullmatch(r"python:3\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", base) for base in bases
    )
    assert len(set(bases)) == 1, "the environment fits the Python that it was made with"
    (install,) = [value for value in values("RUN") if "pip install" in value]
    assert "--require-hashes" in install
    assert "--only-binary :all:" in install
    assert not re.search(r"apt|curl|wget|ADD ", DOCKERFILE)


def test_the_image_runs_as_nobody_special_and_without_a_shell() -> None:
    assert values("USER") == [f"{USER}:{USER}"]
    assert json.loads(values("CMD")[0])
    assert json.loads(values("HEALTHCHECK")[0].partition("CMD ")[2])
    assert values("STOPSIGNAL") == ["SIGTERM"]


def test_every_way_starts_the_same_server() -> None:
    start = " ".join(json.loads(values("CMD")[0]))
    assert f"web: {start}\n" == (DEPLOY / "Procfile").read_text()
    server, app = "gunicorn --config deploy/gunicorn.conf.py", "app:create_app()"
    script = (DEPLOY / "serve.py").read_text()
    (given,) = re.findall(r"os.execv\(sys.executable, (\[.*?\])\)", script)
    assert given == f'[*server, "{app}"]'
    assert f"/.venv/bin/{server} {app}\n" in SERVICE
    assert f"{server} '{app}'" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("given", ["auto", "2.5", '"0"', "-1"])
def test_a_number_of_processes_that_is_none_is_told_in_a_sentence(given: str) -> None:
    told = start(WEB_CONCURRENCY=given)
    assert told.startswith("Latchkey cannot start. Please mend these settings:\n")
    assert "  - WEB_CONCURRENCY must be a whole number from 1 to 64." in told
    assert "Traceback" not in told


@pytest.mark.slow
@pytest.mark.parametrize("given", ["", '"1"', " 1 "])
def test_a_number_of_processes_as_a_file_for_docker_has_it_is_read(given: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = start(WEB_CONCURRENCY=given, PORT=str(taken.getsockname()[1]))
    assert "it cannot listen at" in told, "gunicorn got that far"


def start(**variables: str) -> str:
    """What the server says that cannot start with these settings."""
    command = [sys.executable, *json.loads(values("CMD")[0])[1:]]
    environ = {"PATH": os.environ["PATH"], "SANDBOX": "true", **variables}
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    return done.stderr


def test_nothing_goes_into_the_image_that_was_not_named() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert allowed == {source for source, _ in copied()} | {"requirements.txt"}
    assert all((ROOT / name).exists() for name in allowed)


@pytest.fixture
def image() -> Iterator[Path]:
    """The files of the image, which nobody can write to."""
    folder = Path(tempfile.mkdtemp(prefix="image-"))
    try:
        for source, target in copied():
            there = folder / target
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, there, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                there.parent.mkdir(exist_ok=True)
                shutil.copy(ROOT / source, there)
        subprocess.run([find_program("chmod"), "-R", "a+rX,a-w", str(folder)], check=True)
        yield folder
    finally:
        subprocess.run([find_program("chmod"), "-R", "u+w", str(folder)], check=True)
        shutil.rmtree(folder)


def other_user() -> dict[str, int]:
    """The image's user, where tests may become that one and it can read Python."""
    if os.getuid() == 0:
        try:
            subprocess.run([sys.executable, "-c", ""], check=True, user=USER, cwd="/")
        except (OSError, subprocess.CalledProcessError):
            return {}
        return {"user": USER, "group": USER}
    return {}


@pytest.mark.slow
def test_the_files_of_the_image_are_enough_and_need_no_writing(image: Path) -> None:
    port, metrics = free_port(), free_port()
    environ = {
        "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "HOST": "127.0.0.1",
        "PORT": str(port), "METRICS_PORT": str(metrics), "WEB_CONCURRENCY": "2",
        "NYLAS_API_KEY": KEY, "NYLAS_API_URI": "http://127.0.0.1:9", "SECRET_KEY": SECRET,
        "PUBLIC_URL": "https://connect.example.com", "REDIS_URL": "redis://127.0.0.1:9/0",
    }  # fmt: skip
    command = [sys.executable, *json.loads(values("CMD")[0])[1:]]
    check = [sys.executable, *json.loads(values("HEALTHCHECK")[0].partition("CMD ")[2])[1:]]
    user = other_user()
    server = subprocess.Popen(
        command, cwd=image, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **user
    )  # type: ignore[call-overload]
    try:
        wait_for(port, server)
        wait_for(metrics, server)
        # The first answer takes until a worker has loaded everything.
        answers = (
            subprocess.run(check, cwd=image, env=environ, check=False).returncode == 0
            for _ in range(10)
        )
        assert any(answers)
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0
        assert subprocess.run(check, cwd=image, env=environ, check=False).returncode == 1
    finally:
        server.kill()
        output = server.communicate()[0].decode()
    assert "Traceback" not in output, output


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        (COMPOSE, r"stop_grace_period: (\d+)s"),
        (KUBERNETES, r"terminationGracePeriodSeconds: (\d+)"),
        (SERVICE, r"TimeoutStopSec=(\d+)"),
    ],
)
def test_sign_ins_under_way_may_end(text: str, pattern: str) -> None:
    found = re.search(pattern, text)
    assert found
    assert int(found[1]) > server_seconds()


@pytest.mark.parametrize("text", [COMPOSE, KUBERNETES, SERVICE, DOCKERFILE])
def test_only_settings_that_exist_are_set(text: str) -> None:
    secrets = {f"{variable.name}_FILE" for variable in VARIABLES if variable.secret}
    known = {variable.name for variable in VARIABLES} | secrets | {"PATH"}
    known |= {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    names = re.findall(
        r"(?:^\s+|[ =])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|HOST|PORT)(?=[:=])", text, re.M
    )
    assert set(names) <= known
    assert names


def test_kubernetes_takes_it_as_restricted() -> None:
    for line in (
        "pod-security.kubernetes.io/enforce: restricted",
        "runAsNonRoot: true",
        f"runAsUser: {USER}",
        "seccompProfile: { type: RuntimeDefault }",
        "allowPrivilegeEscalation: false",
        "capabilities: { drop: [ALL] }",
        "readOnlyRootFilesystem: true",
        "automountServiceAccountToken: false",
        "maxUnavailable: 0",
        "policyTypes: [Ingress, Egress]",
    ):
        assert line in KUBERNETES
    assert {path for path in re.findall(r"path: (/\w+),", KUBERNETES)} <= ROUTES.keys()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"latchkey:{project['version']}\n" in KUBERNETES
    assert "\t" not in KUBERNETES + COMPOSE


VALIDATORS = {
    "compose.yaml": ("check-jsonschema", "--builtin-schema", "vendor.compose-spec"),
    "latchkey.yaml": ("kubernetes-validate", "--strict"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", VALIDATORS)
def test_the_lines_for_a_brand_of_your_own_can_be_taken_in(name: str, tmp_path: Path) -> None:
    text = COMPOSE if name == "compose.yaml" else KUBERNETES
    taken, count = re.subn(r"^( +)# (?=- \{|volumes: |[A-Z]+_FILE: )", r"\1", text, flags=re.M)
    assert count == 3
    (tmp_path / name).write_text(taken)
    program, *arguments = VALIDATORS[name]
    tool = str(Path(sys.executable).parent / program)
    command = [tool, *arguments, str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_namespace_is_there_before_its_secrets() -> None:
    header = KUBERNETES.partition("apiVersion:")[0]
    steps = (
        "kubectl create namespace latchkey ",
        "create secret generic latchkey ",
        "kubectl apply ",
    )
    places = [header.index(step) for step in steps]
    assert places == sorted(places)
    files = re.findall(r"--from-file=([\w-]+)", header)
    assert all(f"/run/secrets/latchkey/{file}\n" in KUBERNETES for file in files)


def test_a_copy_of_the_example_cannot_change_what_the_unit_sets() -> None:
    """``EnvironmentFile=`` wins over ``Environment=``, but not over the command's own."""
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    lines = re.findall(r"^Environment=(.*)$", SERVICE, re.M)
    assert not example & {pair.partition("=")[0] for line in lines for pair in line.split()}
    assert "\nExecStart=/usr/bin/env STATE_DIR=%S/%N PORT=%i /opt/" in SERVICE


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("hadolint", "deploy/Dockerfile"),
        ("kubernetes-validate", "--strict", "deploy/kubernetes/latchkey.yaml"),
        ("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "deploy/compose.yaml"),
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows",
         "deploy/ci/github-actions.yml"),
        ("check-jsonschema", "--builtin-schema", "vendor.renovate", "deploy/ci/renovate.json"),
    ],
    ids=lambda command: command[-1],
)  # fmt: skip
def test_it_is_written_as_its_readers_want_it(command: tuple[str, ...]) -> None:
    program, *arguments = command
    tool = Path(sys.executable).parent / program
    done = subprocess.run([tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_for_ci_runs_targets_that_exist_and_with_few_rights() -> None:
    workflow = (DEPLOY / "ci" / "github-actions.yml").read_text()
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"run: make (\w+)", workflow)
    assert {"test", "audit", "sbom"} <= set(targets)
    assert all(f"\n{target}:" in makefile for target in targets)
    assert "\npermissions: {}\n" in workflow
    assert workflow.count("uses: actions/checkout@") == workflow.count("persist-credentials: false")
    file = re.search(r"sbom-path: (\S+)", workflow)
    assert file
    assert f"> {file[1]}\n" in makefile


def test_the_container_of_compose_cannot_write_or_gain_rights() -> None:
    page = COMPOSE.partition("  page:\n")[2].partition("\n  valkey:\n")[0]
    for line in ("read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]'):
        assert line in page
    assert "REDIS_URL" in page


def test_in_compose_the_page_listens_where_nginx_and_the_image_look_for_it() -> None:
    """A copy of ``.env.example`` as ``latchkey.env`` would win over the image's own values."""
    page = COMPOSE.partition("  page:\n")[2].partition("\n  valkey:\n")[0]
    set_there = dict(re.findall(r'^      ([A-Z_]+): "?([^"\n]+)"?$', page, re.M))
    image = dict(re.findall(r"(HOST|PORT)=(\S+)", DOCKERFILE))
    assert image
    assert {name: set_there.get(name) for name in image} == image


def test_no_log_of_compose_grows_for_ever() -> None:
    """This driver rotates what comes on the standard output; nobody would rotate a file."""
    assert COMPOSE.count("\n    restart: ") == COMPOSE.count("\n    logging: *logging\n") == 3
    command = re.search(r"^ +sed (-e [\s\S]+?) /latchkey\.conf > ", COMPOSE, re.M)
    assert command
    done = subprocess.run(
        ["/bin/sh", "-c", f"sed {' '.join(command[1].split())} '{DEPLOY / 'nginx.conf'}'"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    logs = re.findall(r"^\s+(?:access|error)_log ([^ ;]+)", done.stdout, re.M)
    assert logs == ["off", "/dev/stdout", "/dev/stderr"]
    assert "server latchkey-page:8000;" in done.stdout


def test_systemd_finds_little_to_worry_about() -> None:
    # In tenths: 2.0 is what it calls OK, with room.
    done = subprocess.run(
        [find_program("systemd-analyze"), "security", "--offline=true", "--no-pager",
         "--threshold=20", str(DEPLOY / "latchkey.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-300:]


def test_what_is_loaded_before_a_fork_is_left_alone_by_the_garbage_collection() -> None:
    program = (
        "import gc, runpy\n"
        "runpy.run_path('deploy/gunicorn.conf.py')['pre_fork'](None, None)\n"
        "assert gc.get_freeze_count() > len(gc.get_objects())"
    )
    environ = {**os.environ, "SANDBOX": "true", "NYLAS_API_KEY": ""}
    subprocess.run([sys.executable, "-c", program], check=True, env=environ, cwd=DEPLOY.parent)
