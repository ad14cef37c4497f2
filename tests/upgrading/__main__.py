"""Two versions side by side, over one Redis and one secret, as in a rolling upgrade.

usage: make two-versions OLD=v0.9.0 [FILE=tests/upgrading/recorded.json]

Each begins every scenario, and the other one finishes it; a line for each says how it ended. With
FILE, what OLD begins is also recorded there, for ``test_recorded.py``.
"""

import contextlib
import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from config import ROOT
from tests.browser.nylas import Nylas
from tests.drills.drilled import Drilled, page
from tests.servers import find_program, redis, serve
from tests.upgrading.recording import record
from tests.upgrading.scenarios import SCENARIOS, SETTINGS, Person


def main(old: str, file: str = "") -> int:
    """Run all scenarios; return how many did not end as they should.

    :param old: a commit or tag.
    :param file: where to record what it begins.
    """
    with tempfile.TemporaryDirectory(prefix="latchkey-") as folder:
        root = Path(folder) / "old"
        root.mkdir()
        with tarfile.open(fileobj=io.BytesIO(git("archive", old))) as archive:
            archive.extractall(root, filter="data")
        if file:
            with company() as shared, version(root, Path(folder), shared) as there:
                record(
                    lambda: Person.at(there.url),
                    shared,
                    git("rev-parse", "--short", old).decode().strip(),
                    Path(file),
                )
        with (
            company() as shared,
            version(root, Path(folder) / "a", shared) as before,
            version(ROOT, Path(folder) / "b", shared) as after,
        ):
            return both_ways(before, after)


def git(*arguments: str) -> bytes:
    command = [find_program("git"), *arguments]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout


@contextlib.contextmanager
def company() -> Iterator[dict[str, str]]:
    """What both versions have in common."""
    with redis() as server, serve(Nylas()) as nylas_url:
        yield {**SETTINGS, "REDIS_URL": server.url, "NYLAS_API_URI": nylas_url}


@contextlib.contextmanager
def version(root: Path, folder: Path, variables: dict[str, str]) -> Iterator[Drilled]:
    folder.mkdir(exist_ok=True)
    with page(folder, "app:create_app()", root, **variables) as made:
        yield made


def both_ways(before: Drilled, after: Drilled) -> int:
    wrong = 0
    for name, scenario in SCENARIOS.items():
        for way, first, second in (("old to new", before, after), ("new to old", after, before)):
            carried = scenario.begin(Person.at(first.url))
            visitor = Person.at(second.url)
            visitor.take(carried.get("cookies", {}))
            ended = scenario.finish(visitor, carried)
            wrong += ended != scenario.ends
            print(f"{name}, {way}: {ended}", flush=True)  # noqa: T201 (a command of its own)
    return wrong


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
