"""The program's version, which is written in ``pyproject.toml`` and nowhere else."""

import tomllib
from functools import cache
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


@cache
def version() -> str:
    """Return the version, by the rules of semantic versioning."""
    return str(tomllib.loads(_PROJECT.read_text())["project"]["version"])
