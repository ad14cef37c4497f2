"""Asks OSV whether weaknesses are known of the packages that are shipped.

    .venv/bin/python deploy/audit.py
    .venv/bin/python deploy/audit.py --source https://osv.example.com

Exit code 0: it was asked about every package, and none is known. 1: some are. 2: it could not be
asked, so nothing is known. The answers' format: https://google.github.io/osv.dev/post-v1-querybatch/
"""

import argparse
import json
import sys
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from deploy.lock import LOCK, Locked, read_lock

SOURCE = "https://api.osv.dev"
_SECONDS = 30


class NotAsked(Exception):
    """The source of advisories gave no answer that can be used."""


def known_weaknesses(packages: list[Locked], source: str) -> dict[str, list[str]]:
    """Return the advisories for each package that has some, by ``name version``.

    :raises NotAsked: there was no answer, or not one for each package.
    """
    queries = [
        {"package": {"name": package.name, "ecosystem": "PyPI"}, "version": package.version}
        for package in packages
    ]
    results = _ask(f"{source.rstrip('/')}/v1/querybatch", {"queries": queries})
    found = {}
    try:
        for package, result in zip(packages, results["results"], strict=True):
            if weaknesses := [str(one["id"]) for one in result.get("vulns", [])]:
                found[f"{package.name} {package.version}"] = weaknesses
    except (AttributeError, KeyError, TypeError, ValueError):
        raise NotAsked(f"{source} gave an answer of another form") from None
    return found


def _ask(url: str, question: dict[str, Any]) -> Any:
    request = urllib.request.Request(  # noqa: S310 - main() has looked at the scheme
        url, json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - the same
            if answer.status != HTTPStatus.OK:
                raise NotAsked(f"{url} answered with {answer.status}")
            return json.load(answer)
    except (OSError, HTTPException, ValueError) as error:
        raise NotAsked(f"{url} could not be asked ({error})") from None


def main() -> int:
    """Tell what is known, one line for each package, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default=SOURCE, help="a server with OSV's API")
    source = parser.parse_args().source
    if not source.startswith(("https://", "http://")):
        parser.error("--source is no address")
    packages = list(read_lock())
    try:
        found = known_weaknesses(packages, source)
    except NotAsked as reason:
        sys.stderr.write(f"Not audited: {reason}. Nothing is known about {LOCK.name}.\n")
        return 2
    for package, weaknesses in found.items():
        links = " ".join(f"https://osv.dev/{weakness}" for weakness in weaknesses)
        sys.stdout.write(f"{package}: {links}\n")
    sys.stdout.write(f"{len(packages)} packages, {len(found)} with known weaknesses.\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
