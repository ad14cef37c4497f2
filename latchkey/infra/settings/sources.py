"""Sources of settings: the environment, ``.env``, and the files that secrets are mounted as."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from dotenv import dotenv_values

from latchkey.infra.settings.variable import Variable


class ConfigError(click.ClickException):
    """The settings cannot be used; the text lists every problem, one a line.

    A ``ClickException``, so that every ``flask`` command prints it and exits with code 1.
    """


def read_env_file(path: Path) -> Mapping[str, str | None]:
    """Return what ``path`` sets; nothing when there is no such file.

    :raises ConfigError: when it cannot be read.
    """
    try:
        return dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        name = type(error).__name__
        raise ConfigError(f"Latchkey cannot start: {path.name} cannot be read ({name}).") from None


def read(variable: Variable, given: Mapping[str, str]) -> Any:
    """Return the parsed value of ``variable``.

    :raises ValueError: with a text that goes on after the setting's name, without its value.
    """
    value = given.get(variable.name, "")
    path = given.get(f"{variable.name}_FILE", "") if variable.secret else ""
    if value and path:
        raise ValueError(f"and {variable.name}_FILE are both set: keep one")
    if path:
        value = _read_file(path)
    text = value or variable.default
    return variable.parse(text) if text else variable.unset


def _read_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read from its file ({type(error).__name__})") from error
