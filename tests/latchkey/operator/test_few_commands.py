"""The commands of ``flask`` without settings, as ``flask`` itself finds them in this process."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.cli import FlaskGroup, ScriptInfo

from config import ConfigError, load_settings
from latchkey.operator.without_settings import app_without_settings


def broken() -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        load_settings({"NYLAS_API_KEY": "nyk_v0_some-key-of-an-application"}, Path("/nowhere/.env"))
    return raised.value


def run(*arguments: str) -> Result:
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


def test_other_commands_and_the_help_say_what_is_wrong() -> None:
    assert run("who", "ann@example.com").exit_code == 2
    assert "explain" in run("--help").output


def test_a_server_does_not_start() -> None:
    error = broken()
    with pytest.raises(ConfigError) as raised:
        app_without_settings(error)
    assert raised.value is error
