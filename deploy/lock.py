"""Reads the lock file: which packages are shipped, with the hashes of their files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.txt"


@dataclass(frozen=True, kw_only=True)
class Locked:
    """One package of the lock file.

    :ivar name: as the lock file spells it, which is the normalised form of PEP 503.
    :ivar marker: the condition under which it is needed (PEP 508); "" is always.
    :ivar hashes: SHA-256 of each of its files, in hexadecimal digits.
    :ivar wanted_by: names of the packages that need it; "latchkey" is this program.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    wanted_by: tuple[str, ...]

    @property
    def purl(self) -> str:
        """The package URL, by which SBOMs and advisories name it."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read_lock(file: Path = LOCK) -> Iterator[Locked]:
    """Give every package of a lock file that ``make lock`` wrote."""
    for entry in re.split(r"^(?=[a-z0-9])", file.read_text(encoding="utf-8"), flags=re.M)[1:]:
        head, _, rest = entry.partition("\n")
        name, version, marker = re.fullmatch(r"(\S+)==(\S+)(?: ; (.*?))? \\", head).groups()  # type: ignore[union-attr]
        via = re.sub(r" \(.*?\)", "", rest.partition("# via")[2])
        yield Locked(
            name=name,
            version=version,
            marker=marker or "",
            hashes=tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", rest)),
            wanted_by=tuple(re.findall(r"[a-z0-9][a-z0-9.-]*", via)),
        )
