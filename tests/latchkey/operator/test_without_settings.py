"""Commands of an operator whose settings cannot be used."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.cli import FlaskGroup, ScriptInfo

from config import ROOT, ConfigError, load_settings
from latchkey.infra.version import version
from latchkey.operator.without_settings import app_without_settings

pytestmark = pytest.mark.slow

SECRET = "hidden-word"
LINE = '{"event": "grant", "request_id": "1234", "provider": "imap", "outcome": "connected"}'
WRONG = "Latchkey cannot start. Please mend these settings:"
PROBLEM = "PORT must be a whole number from 1 to 65535."


def flask(*args: str, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], "PORT": "none", "SANDBOX": "true", "SECRET_KEY": SECRET}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *args],
        cwd=ROOT, env={**environ, **more}, input=LINE,
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert SECRET not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["version"], f"Latchkey {version()}"),
        (["explain", "1234"], "Connecting imap ended with: connected."),
    ],
    ids=["version", "explain"],
)
def test_a_command_that_needs_no_settings_runs_without(command: list[str], told: str) -> None:
    done = flask(*command)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, told, "")


def test_the_same_goes_for_files_that_settings_name(tmp_path: Path) -> None:
    file = tmp_path / "providers.csv"
    file.write_text("domains\n")
    good = {"PORT": "", "SECRET_KEY": "", "PROVIDERS_FILE": str(file)}
    assert flask("version", **good).stdout.strip() == f"Latchkey {version()}"
    (check,) = json.loads(flask("doctor", "--json", **good).stdout)
    assert check["text"] == "Latchkey cannot start. Please mend PROVIDERS_FILE:"
    assert "needs a column" in check["fix"]


def test_the_doctor_tells_programs_what_is_wrong_with_the_settings() -> None:
    done = flask("doctor", "--json")
    assert (done.returncode, done.stderr.count(PROBLEM)) == (2, 1)
    (check,) = json.loads(done.stdout)
    assert (check["check"], check["level"], check["text"]) == ("settings", "failed", WRONG)
    assert PROBLEM in check["fix"]
    assert "SECRET_KEY is too short" in check["fix"]


@pytest.mark.parametrize(
    "command", [["doctor"], ["try", "a@b.example"], ["who", "a@b.example"], ["nothing"], ["run"]]
)
def test_all_others_say_what_is_wrong_with_the_settings(command: list[str]) -> None:
    done = flask(*command)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Error: {WRONG}" in done.stderr


def test_the_help_lists_them_and_says_what_is_wrong() -> None:
    done = flask("--help")
    assert done.returncode == 0
    assert PROBLEM in done.stderr
    assert "explain " in done.stdout


def test_a_brand_that_cannot_be_used_is_told_to_programs_too() -> None:
    settings = {"PORT": "8000", "SECRET_KEY": "", "BRAND_FILE": "pyproject.toml"}
    done = flask("doctor", "--json", **settings)
    (check,) = json.loads(done.stdout)
    assert (done.returncode, check["text"]) == (2, "Latchkey cannot start. Please mend the brand:")
    assert "pyproject.toml" in check["fix"]


def broken() -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        load_settings({"NYLAS_API_KEY": "nyk_v0_some-key-of-an-application"}, Path("/nowhere/.env"))
    return raised.value


def run(*arguments: str) -> Result:
    """As ``flask`` finds and runs it, but in this process."""
    error = broken()
    group = FlaskGroup(load_dotenv=False, set_debug_flag=False)
    info = ScriptInfo(create_app=lambda: app_without_settings(error))
    return CliRunner().invoke(group, arguments, obj=info)


def test_what_needs_no_settings_runs() -> None:
    assert run("version").exit_code == 0
    assert run("explain", "--help").exit_code == 0


def test_the_doctor_names_what_is_wrong() -> None:
    ran = run("doctor", "--json")
    (finding,) = json.loads(ran.stdout)
    assert (ran.exit_code, finding["check"], finding["level"]) == (2, "settings", "failed")
    assert "SECRET_KEY" in finding["text"] + finding["fix"]
    ran = run("doctor")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "SECRET_KEY" in ran.stderr


def test_other_commands_and_the_help_say_what_is_wrong() -> None:
    assert run("who", "ann@example.com").exit_code == 2
    assert "explain" in run("--help").output


def test_a_server_does_not_start() -> None:
    error = broken()
    with pytest.raises(ConfigError) as raised:
        app_without_settings(error)
    assert raised.value is error
