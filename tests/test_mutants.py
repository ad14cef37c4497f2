"""What `make mutants` is told in `pyproject.toml`."""

import re
import tomllib

from config import ROOT

MUTMUT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]


def test_what_is_changed_and_what_is_run_exists() -> None:
    told = ("only_mutate", "do_not_mutate", "pytest_add_cli_args_test_selection")
    for name in (name for names in told for name in MUTMUT[names]):
        assert list(ROOT.glob(name)), name


def test_what_the_tests_import_is_copied() -> None:
    imported = {
        name
        for file in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r"^\s*(?:from|import) (\w+)", file.read_text(), re.MULTILINE)
    }
    ours = {entry.name for entry in ROOT.iterdir() if entry.stem in imported}
    assert {"app.py", "bench", "latchkey", "tests"} <= ours
    assert ours <= {"tests", *MUTMUT["source_paths"], *MUTMUT["also_copy"]}
