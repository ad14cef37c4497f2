"""What `make mutants` is told in `pyproject.toml`."""

import re
import subprocess
import sys
import tomllib

import pytest

from config import ROOT

MUTMUT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
COLLECTED_TWICE = """
import pytest

class Names:
    def __init__(self): self.found = []
    def pytest_collection_modifyitems(self, items):
        self.found.append({item.nodeid for item in items})

names = Names()
for _ in range(2):
    pytest.main(["-qqq", "--collect-only", "-p", "no:cacheprovider", *SELECTION], plugins=[names])
first, second = names.found
assert len(first) > 1000
assert first == second, sorted(first ^ second)
"""


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


@pytest.mark.slow
def test_each_test_keeps_its_name() -> None:
    # mutmut collects the tests, then has them run by their names in a child of the same process.
    # pytest escapes what is beyond ASCII in "ids" once more each time: such a test is not found,
    # none is run, and mutmut counts the mutant among those that ended by time.
    selection = MUTMUT["pytest_add_cli_args_test_selection"]
    ran = subprocess.run(
        [sys.executable, "-c", f"SELECTION = {selection}\n{COLLECTED_TWICE}"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
