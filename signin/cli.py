"""Commands for the operator: ``flask doctor``."""

import click
from flask import Flask

from signin.doctor import findings
from signin.services import get_services


def init_cli(app: Flask) -> None:
    """Add the commands to ``flask``."""

    @app.cli.command("doctor")
    def doctor() -> None:
        """Say which providers are offered, and what is missing for the others."""
        for sentence in findings(get_services()):
            click.echo(sentence)
