"""Sources of settings: the environment, ``.env``, and the files that secrets are mounted as."""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from dotenv.parser import parse_stream

from latchkey.infra.settings.files import why_unreadable
from latchkey.infra.settings.variable import Variable

_QUOTES = ("'", '"')
# A word right behind #, and nothing else: more like a value than a comment.
_COMMENTED = re.compile(r"=[ \t]+#\S+\s*$")
# Editors on Windows put a byte order mark before the text.
_TEXT = "utf-8-sig"


class ConfigError(click.ClickException):
    """The settings cannot be used; the text lists every problem, one a line.

    A ``ClickException``, so that every ``flask`` command prints it and ends with its exit code,
    which is that of ``flask doctor`` for trouble.
    """

    exit_code = 2


@dataclass(frozen=True)
class EnvFile:
    """What a ``.env`` sets.

    :ivar commented: names whose value is empty as it was taken for a comment, like that of
        ``BRAND_COLOR = #1f5fd6``.
    """

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    commented: tuple[str, ...] = ()


def read_env_file(path: Path) -> EnvFile:
    """Return what ``path`` sets; nothing when there is no such file.

    Unlike python-dotenv itself, without a silent way around a folder or a line that is no setting.

    :raises ConfigError: when it cannot be read, or a line of it cannot.
    """
    try:
        text = path.read_text(encoding=_TEXT)
    except FileNotFoundError:
        return EnvFile()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Latchkey cannot start: {path} {why_unreadable(path, error)}.") from None
    values, commented = {}, []
    for binding in parse_stream(io.StringIO(text)):
        if binding.key is not None and binding.value is not None:
            values[binding.key] = binding.value
            if not binding.value and _COMMENTED.search(binding.original.string):
                commented.append(binding.key)
        elif binding.error or binding.key is not None:
            start = len(binding.original.string) - len(binding.original.string.lstrip())
            line = binding.original.line + binding.original.string[:start].count("\n")
            raise ConfigError(
                f"Latchkey cannot start: line {line} of {path} cannot be understood. Write "
                "NAME=value, and close every quotation mark."
            )
    return EnvFile(values, tuple(commented))


def filled(values: Mapping[str, str], *, quoted: bool = False) -> dict[str, str]:
    """Return the values that hold something, without blanks around them.

    :param quoted: also without quotation marks around them; ``docker run --env-file`` hands them on
        as part of the value. In ``.env`` they have had their meaning already.
    """
    read = {name: unquoted(value) if quoted else value.strip() for name, value in values.items()}
    return {name: value for name, value in read.items() if value}


def unquoted(value: str) -> str:
    """Return ``value`` without blanks, and without one pair of quotation marks, around it."""
    value = value.strip()
    if len(value) > 1 and value[0] in _QUOTES and value[0] == value[-1]:
        return value[1:-1].strip()
    return value


def read(variable: Variable, given: Mapping[str, str]) -> Any:
    """Return the parsed value of ``variable``.

    :raises ValueError: with a text that goes on after the setting's name, without its value.
    """
    value = given.get(variable.name, "")
    path = given.get(f"{variable.name}_FILE", "") if variable.secret else ""
    if value and path:
        raise ValueError(f"and {variable.name}_FILE are both set: keep one")
    if path:
        value = _read_file(Path(path), variable)
    text = value or variable.default
    return variable.parse(text) if text else variable.unset


def _read_file(path: Path, variable: Variable) -> str:
    try:
        value = unquoted(path.read_text(encoding=_TEXT))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        why = why_unreadable(path, error)
    else:
        why = _why_no_secret(value, variable)
        if not why:
            return value
    # Who set the secret itself instead of a path must not find it in the log.
    shown = (
        f"{path} " if path.is_absolute() or (path.parent != Path() and path.parent.is_dir()) else ""
    )
    raise ValueError(f"cannot be read from its file: {shown}{why}")


def _why_no_secret(value: str, variable: Variable) -> str:
    """What is wrong with the content of a file, without a word of it, or ""."""
    if not value:
        return "is empty"
    if re.match(rf"(export\s+)?{variable.name}\s*=", value):
        return f"begins with {variable.name}=, but must hold the value alone"
    # A list may have one value a line.
    if len(value.splitlines()) > 1 and not isinstance(variable.unset, tuple):
        return "has several lines, but must hold the value alone"
    return ""


def certificates_problems(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the authorities that the libraries trust instead of the usual.

    They read ``SSL_CERT_FILE`` by themselves, and an error of theirs would not name it.
    """
    path = Path(environ.get("SSL_CERT_FILE", ""))
    if path == Path():
        return
    try:
        if b"-----BEGIN " not in path.read_bytes():
            yield f"SSL_CERT_FILE must name certificates in PEM; {path} holds none."
    except OSError as error:
        yield f"SSL_CERT_FILE cannot be used: {path} {why_unreadable(path, error)}."
