import json
import os
import re
import signal
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from config import ROOT
from tests.latchkey.webhook_receiver import eventually

MAKEFILE = (ROOT / "Makefile").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.txt", "requirements-dev.txt")
GIVEN = {"flask", "jinja2", "flask-wtf", "httpx", "python-dotenv"}


def make(
    *arguments: str, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    # Without what a "make" around these tests would pass on.
    clean = {"PATH": os.environ["PATH"], **(environ or {})}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],  # noqa: S607 (wherever make is)
        cwd=ROOT, env=clean, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def targets() -> list[str]:
    return re.findall(r"^([a-z-]+):", MAKEFILE, re.M)


def test_make_alone_lists_every_target_with_its_meaning() -> None:
    listed = make()
    assert listed.returncode == 0
    lines = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    assert [line[1] for line in lines] == targets()
    assert all(line[0] == "make" and line[2] for line in lines)
    assert make("help").stdout == listed.stdout


def test_targets_are_not_taken_for_files() -> None:
    declared = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.M)
    assert declared
    assert declared[1].split() == targets()


def chosen(folder: Path, environ: Mapping[str, str]) -> bool:
    """Whether ``make run`` takes the sandbox there, by the recipe's own words."""
    done = make(
        "-C", str(folder),
        "-f", str(ROOT / "Makefile"),
        "--eval=chosen: ; @$(CHOOSE); echo SANDBOX=$$SANDBOX",
        "chosen",
        environ=environ,
    )  # fmt: skip
    assert not done.stderr
    return done.stdout.strip() == "SANDBOX=true"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, True),
        ({"NYLAS_API_KEY": ""}, True),
        ({"NYLAS_API_KEY": "key"}, False),
        ({"NYLAS_API_KEY_FILE": "/run/secrets/key"}, False),
        ({"SANDBOX": "false"}, False),
    ],
)
def test_make_run_takes_the_sandbox_only_when_nothing_was_chosen(
    environ: Mapping[str, str], expected: bool, tmp_path: Path
) -> None:
    assert chosen(tmp_path, environ) is expected


@pytest.mark.parametrize("env_file", ["", "NYLAS_APIKEY=key\n", "folder", "dangling", "unreadable"])
def test_make_run_leaves_the_choice_to_a_file_that_is_there(env_file: str, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    if env_file == "folder":
        env.mkdir()
    elif env_file == "dangling":
        env.symlink_to(tmp_path / "nothing")
    else:
        env.write_text(env_file)
    if env_file == "unreadable":
        env.chmod(0)
    assert not chosen(tmp_path, {})


def test_make_run_acts_on_that_choice() -> None:
    planned = make("--dry-run", "--assume-old=.venv/run.stamp", "run").stdout
    assert "|| export SANDBOX=true" in planned
    assert "gunicorn --config deploy/gunicorn.conf.py 'app:create_app()'" in planned


def test_flask_leaves_the_file_of_settings_to_the_settings() -> None:
    planned = make("--dry-run", "--always-make", ".venv/run.stamp").stdout
    line = re.search(r"echo '(import os; .*)' > .*/latchkey\.pth", planned)
    assert line
    # The line of a .pth file runs when Python starts; it must be one, and begin with "import".
    environ: dict[str, str] = {}
    exec(line[1].replace("os.environ", "environ"), {"environ": environ})  # noqa: S102 (ours)
    assert environ == {"FLASK_SKIP_DOTENV": "1"}


def requirements(lock: str) -> dict[str, str]:
    """Each requirement of a lock file with all that is said about it."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / lock).read_text(), flags=re.M).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    assert all(re.match(r"[a-z0-9.-]+==\S+ ", line) for line in lines), "a line is no requirement"
    return {line.partition("==")[0]: line.partition("==")[2] for line in lines}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_hashes(lock: str) -> None:
    for name, rest in requirements(lock).items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", rest), name
        assert not re.search(r"--hash=(?!sha256:[0-9a-f]{64}(\s|$))", rest), name


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_files_name_no_place_to_get_things_from(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"(?i)index-url|find-links|trusted-host|file:|https?://|git\+|@ ", text)


def test_the_lock_file_of_node_names_no_place_and_what_is_asked_for_exactly() -> None:
    folder = ROOT / "tests" / "independent"
    lock = json.loads((folder / "package-lock.json").read_text())["packages"]
    asked = json.loads((folder / "package.json").read_text())["dependencies"]
    for name, version in asked.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    for name, entry in lock.items():
        assert "resolved" not in entry, name
        assert not name or entry["integrity"].startswith("sha512-"), name


def names(listed: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", entry)[0].lower() for entry in listed}


SHIPPED = names(PROJECT["project"]["dependencies"])
TOOLS = names(PROJECT["dependency-groups"]["dev"])


def test_what_the_customer_gave_is_required_directly_and_locked() -> None:
    assert SHIPPED >= GIVEN
    assert set(requirements("requirements.txt")) >= SHIPPED


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    shipped, tested = requirements("requirements.txt"), requirements("requirements-dev.txt")
    assert set(tested) >= TOOLS
    for name, rest in shipped.items():
        assert tested[name].split()[0] == rest.split()[0], name


def test_tools_are_not_shipped() -> None:
    assert not TOOLS & set(requirements("requirements.txt"))


def test_the_lock_files_are_made_of_what_is_asked_for() -> None:
    planned = make("--dry-run", "lock").stdout.replace("\\\n", " ").splitlines()
    compiled = [line.split() for line in planned if " pip compile " in line]
    assert [line[line.index("--output-file") + 1] for line in compiled] == list(LOCKS)
    for line in compiled:
        assert "pyproject.toml" in line
        assert {"--universal", "--generate-hashes", "--no-config", "--no-emit-index-url"} < {*line}
        assert line[line.index("--python-version") + 1] == "3.11"


def visible() -> list[str]:
    """What a visitor of the repository sees at its root, without what is not kept in it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 (any git)
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    entries = {path.partition("/")[0] for path in listed if not path.startswith(".")}
    return sorted(entry for entry in entries if (ROOT / entry).exists())


def test_the_root_holds_at_most_18_visible_entries() -> None:
    assert "app.py" in visible()
    assert len(visible()) <= 18, visible()


def test_a_clone_on_windows_has_scripts_that_shells_can_read() -> None:
    assert "* text=auto eol=lf" in (ROOT / ".gitattributes").read_text().splitlines()


def test_what_only_tests_need_is_not_where_deployers_look() -> None:
    assert not list((ROOT / "deploy").glob("*test*"))


def test_ci_runs_what_a_developer_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert re.search(r"^exec make test$", script, re.M)
    assert "set -euo pipefail" in script
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_make_check_is_lint_types_and_tests_without_other_servers() -> None:
    planned = make("--dry-run", "--assume-old=.venv/test.stamp", "check").stdout
    for check in ("ruff check", "ruff format --check", "mypy", "-m pytest"):
        assert check in planned
    left_out = re.search(r"-m 'not \((.*?)\)'", planned)
    assert left_out
    known = {line.partition(":")[0] for line in PROJECT["tool"]["pytest"]["ini_options"]["markers"]}
    # The tests that drive a browser are in a folder of their own.
    assert set(left_out[1].split(" or ")) == known - {"browser"}
    assert "tests/browser" not in planned
    assert "test-tools.sh" not in planned
    half, rest = re.findall(r"\)' (.*?)\"", planned)
    left = " ".join(f"--ignore {folder}" for folder in half.split())
    assert rest == f"{left} tests/latchkey tests/test_*.py"


def test_make_test_leaves_no_check_out() -> None:
    planned = make("--dry-run", "--assume-old=.venv/test.stamp", "test").stdout
    for check in ("ruff check", "ruff format --check", "mypy", "coverage report"):
        assert check in planned
    one, other = re.findall(r'"[^"]*coverage run --parallel-mode -m pytest (.*?)"', planned)
    folders = other.split()
    assert folders
    assert all((ROOT / folder).is_dir() for folder in folders)
    assert one == " ".join(f"--ignore {folder}" for folder in folders)


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [("exit 0", "exit 0", 0), ("exit 3", "exit 0", 3), ("exit 0", "exit 4", 4)],
)
def test_of_two_commands_side_by_side_each_can_fail(first: str, second: str, status: int) -> None:
    script = ROOT / "tests" / "tools" / "side-by-side.sh"
    done = subprocess.run(
        ["/bin/sh", script, f"sh -c 'echo one; {first}'", f"sh -c 'echo other; {second}'"],
        capture_output=True,
        text=True,
    )
    assert (done.stdout.split(), done.returncode) == (["one", "other"], status)


def test_ctrl_c_ends_both_commands_side_by_side(tmp_path: Path) -> None:
    script, started = ROOT / "tests" / "tools" / "side-by-side.sh", tmp_path / "pid"
    second = f"sh -c 'echo $$ > {started}; exec sleep 60'"
    # These tests themselves may run in the background, where SIGINT is ignored.
    shell = ["/usr/bin/env", "--default-signal=INT", "/bin/sh"]
    with subprocess.Popen([*shell, script, "sleep 60", second], start_new_session=True) as both:
        eventually(lambda: started.exists() and started.read_text().endswith("\n"))
        os.killpg(both.pid, signal.SIGINT)
        assert both.wait(timeout=30) == 130
    assert not Path("/proc", started.read_text().strip()).exists()
