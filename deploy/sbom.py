"""Writes the software bill of materials of what is shipped: CycloneDX 1.6, as JSON.

    .venv/bin/python deploy/sbom.py > latchkey.cdx.json

Packages, versions and hashes are those of the lock file, licences those that the installed packages
name. The same lock file gives the same bytes, so that two builds can be compared.
"""

import importlib.metadata
import json
import re
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from deploy.lock import ROOT, Locked, read_lock

# A name of SPDX's list, as https://spdx.org/licenses/ has them.
_SPDX = re.compile(r"[A-Za-z0-9.-]+")
_CLASSIFIER = "License :: OSI Approved :: "


def licence(name: str) -> str:
    """Return the licence that an installed package names: SPDX where it does, else its own words.

    "" when the package is not installed, or names none.
    """
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
    for field in ("License-Expression", "License"):
        (named,) = map(str, metadata.get_all(field) or [""])
        # Older packages have a whole licence text in the second of these.
        if _SPDX.fullmatch(named) or (named and field == "License-Expression"):
            return named
    classifiers = metadata.get_all("Classifier") or []
    return " AND ".join(
        line.removeprefix(_CLASSIFIER) for line in classifiers if line.startswith(_CLASSIFIER)
    )


def bill() -> dict[str, Any]:
    """Return the bill of materials."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = list(read_lock())
    page = f"pkg:generic/latchkey@{project['version']}"
    made = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": page,
                "name": "latchkey",
                "version": project["version"],
                "description": project["description"],
                "licenses": _licenses("MIT"),
                "purl": page,
            }
        },
        "components": [_component(package) for package in packages],
        "dependencies": [
            {"ref": page, "dependsOn": _needs("latchkey", packages)},
            *({"ref": one.purl, "dependsOn": _needs(one.name, packages)} for one in packages),
        ],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(made))
    return made | {"serialNumber": f"urn:uuid:{serial}"}


def _component(package: Locked) -> dict[str, Any]:
    named = licence(package.name)
    return {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "scope": "optional" if package.marker else "required",
        "purl": package.purl,
        **({"licenses": _licenses(named)} if named else {}),
        # A package has a file for each kind of machine, and the lock file allows all of them.
        "externalReferences": [
            {
                "type": "distribution",
                "url": package.purl,
                "hashes": [{"alg": "SHA-256", "content": content} for content in package.hashes],
            }
        ],
    }


def _licenses(named: str) -> list[dict[str, Any]]:
    if re.search(r" (AND|OR|WITH) ", named):
        return [{"expression": named}]
    return [{"license": {"id" if _SPDX.fullmatch(named) else "name": named}}]


def _needs(name: str, packages: list[Locked]) -> list[str]:
    return [package.purl for package in packages if name in package.wanted_by]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bill(), indent=2) + "\n")
