"""All brands of a deployment: the default, and ``brands/*.toml`` beside its file."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from config import Settings
from latchkey.infra.settings.files import why_unreadable
from latchkey.web.branding.brand import Brand
from latchkey.web.branding.brand_file import BrandFileError, read_brand_file
from latchkey.web.branding.brand_values import BrandFile
from latchkey.web.branding.default_brand import default_file
from latchkey.web.branding.values import origin_of

FOLDER = "brands"

# Signed links name a brand so.
_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Brands:
    """Knows every brand, and which one belongs to a host or to an app.

    :ivar default: the brand of everyone whom no other is for.
    :ivar named: the other brands, by the names of their files.
    :raises BrandFileError: two brands claim the same host or app.
    """

    def __init__(self, default: BrandFile, others: Mapping[str, BrandFile]) -> None:
        self._said = {"": default, **others}
        self._make(self._said)
        self._by_host = self._keys_by(others, "hosts")
        self._by_origin = self._keys_by(others, "redirect_origins")
        self._by_client = self._keys_by(others, "client_ids")

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Read ``BRAND_FILE`` and the folder ``brands`` beside it.

        :raises BrandFileError: with the problems of all files.
        """
        default = default_file(settings)
        others, problems = {}, []
        for path in _paths(settings.brand_file):
            try:
                others[path.stem] = _read(path, default)
            except BrandFileError as error:
                problems.append(str(error))
        if problems:
            raise BrandFileError("\n".join(problems))
        return cls(default, others)

    def complete(self, values: Mapping[str, Any], *, source: str) -> None:
        """Take what the files leave out from these values, from now on."""
        self._make({key: said.completed(values, source=source) for key, said in self._said.items()})

    def _make(self, said: Mapping[str, BrandFile]) -> None:
        made = {key: Brand.from_file(one, key=key) for key, one in said.items()}
        self.default = made.pop("")
        self.named = made

    def __iter__(self) -> Iterator[Brand]:
        """All brands, the default first."""
        return iter((self.default, *self.named.values()))

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names that belong to brands."""
        return tuple(self._by_host)

    def find(self, key: str) -> Brand:
        """Return the brand of this key; the default where there is no such brand."""
        return self.named.get(key, self.default)

    def of_host(self, host: str) -> str:
        """Return the key of the brand that ``host``, perhaps with a port, belongs to, or ""."""
        name = (host.rpartition(":")[0] or host).lower()
        return self._by_host.get(name, "") if self._by_host else ""

    def of_app(self, client_id: str, redirect_uri: str) -> str:
        """Return the key of the brand for people whom this app sent, "" for the default."""
        if not self.named:
            return ""
        of_client = self._by_client.get(client_id.lower(), "")
        return self._by_origin.get(origin_of(redirect_uri), of_client)

    @staticmethod
    def _keys_by(others: Mapping[str, BrandFile], field: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, said in others.items():
            for value in getattr(said, field):
                if found.setdefault(value, key) != key:
                    raise BrandFileError(
                        f"{key}.toml: {field} has {value}, which {found[value]}.toml has, too."
                    )
        return found


def _paths(default: Path | None) -> list[Path]:
    """The files of the other brands; a folder that cannot be listed is no folder without files."""
    if not default:
        return []
    folder = default.parent / FOLDER
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(".toml"))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise BrandFileError(f"{folder} {why_unreadable(folder, error)}.") from None


def _read(path: Path, default: BrandFile) -> BrandFile:
    if not _KEY.fullmatch(path.stem):
        raise BrandFileError(
            f"{path.name}: the file's name must be letters, digits, _ and -, 40 at most."
        )
    return read_brand_file(path, default, choosing=True)
