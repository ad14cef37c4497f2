"""Commands of ``flask`` while the settings cannot be used: those that need none, and the doctor."""

import click
from flask import Flask
from flask.cli import AppGroup, FlaskGroup

from config import ConfigError
from latchkey.operator.cli import add_explain, add_version, in_json
from latchkey.operator.doctor import Finding, Level


class _FewCommands(AppGroup):
    """The commands that need no settings; in place of all others, what is wrong with these."""

    def __init__(self, error: ConfigError) -> None:
        super().__init__()
        self._error = error

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if command := super().get_command(ctx, cmd_name):
            return command
        raise self._error

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._error.show()
        return super().list_commands(ctx)


def app_without_settings(error: ConfigError) -> Flask:
    """Return an app that serves nothing and has only the commands that need no settings.

    :raises ConfigError: unless ``flask`` looks for a command: ``flask run`` and gunicorn serve.
    """
    asking = click.get_current_context(silent=True)
    if asking is None or not isinstance(asking.command, FlaskGroup):
        raise error
    app = Flask(__name__)
    app.cli = _FewCommands(error)
    add_version(app)
    add_explain(app)
    _add_doctor(app, error)
    return app


def _add_doctor(app: Flask, error: ConfigError) -> None:
    @app.cli.command("doctor")
    @click.option("--json", "as_json", is_flag=True, help="For programs.")
    def doctor(as_json: bool) -> None:
        """Say what is wrong with the settings: exit code 2."""
        if as_json:
            click.echo(in_json([_finding(error)]))
        raise error


def _finding(error: ConfigError) -> Finding:
    text, *problems = error.format_message().splitlines()
    fix = " ".join(problem.strip().removeprefix("- ") for problem in problems)
    return Finding(check="settings", level=Level.FAILED, text=text, fix=fix)
