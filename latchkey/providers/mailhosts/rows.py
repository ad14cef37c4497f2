"""The rows of the tables, with those of the operator's file laid over them."""

import csv
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from latchkey.infra.settings.files import why_unreadable
from latchkey.providers.mailhosts.help import help_in
from latchkey.providers.mailhosts.names import ascii_name

HOST_COLUMNS = (
    "name", "domains", "suffixes", "mx_suffixes", "imap_host", "imap_port", "smtp_host",
    "smtp_port", "username", "password_login", "own_imap_host", "own_smtp_host", "more_hosts",
    "checked",
)  # fmt: skip
HELP_COLUMNS = ("kinds", "link", "letter_groups", "shape", "notes", "ends", "manage", "text")
_NEEDED = ("imap_host", "smtp_host")
_USUAL = {"imap_port": "993", "smtp_port": "465", "username": "address", "password_login": "yes"}
_ALLOWED = {
    "imap_port": r"[1-9][0-9]{0,4}",
    "smtp_port": r"[1-9][0-9]{0,4}",
    "username": "address|address-unverified|local part",
    "password_login": "yes|no",
    "letter_groups": "yes|no|",
    "checked": r"[0-9]{4}-[0-9]{2}-[0-9]{2}|",
}

Row = dict[str, str]


class ProvidersFileError(Exception):
    """The operator's file of providers cannot be used; its text names the line and the fault."""


def own_rows(name: str) -> list[Row]:
    """Return the rows of a table that comes with the package."""
    text = (files("latchkey.providers.mailhosts") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def lay_over(hosts: list[Row], helps: list[Row], file: Path) -> None:
    """Put the operator's rows into both tables: a known name is changed, a new one added.

    Empty cells leave what is there. A domain belongs to the row that names it last.

    :raises ProvidersFileError: naming the first fault.
    """
    for number, row in _operators_rows(file):
        try:
            _lay_row(hosts, helps, row)
        except ValueError as error:
            raise ProvidersFileError(f"{file.name}, line {number}: {error}") from None


def _operators_rows(file: Path) -> list[tuple[int, Row]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restval="", strict=True)
            # Spreadsheets leave rows whose cells are all empty.
            rows = [(reader.line_num, row) for row in reader if _holds_text(row)]
            columns = reader.fieldnames or ()
    except (OSError, UnicodeDecodeError) as error:
        raise ProvidersFileError(f"{file} {why_unreadable(file, error)}.") from None
    except csv.Error as error:
        raise ProvidersFileError(f"{file.name} cannot be read: {error}") from None
    unknown = set(columns) - {*HOST_COLUMNS, *HELP_COLUMNS}
    if "name" not in columns or unknown:
        wrong = f" and not {', '.join(sorted(unknown))}" if unknown else ""
        raise ProvidersFileError(f"{file.name} needs a column “name”, as in hosts.csv{wrong}")
    return rows


def _holds_text(row: Row) -> bool:
    # What is beyond the columns is a list.
    return any("".join(cell).strip() for cell in row.values())


def _lay_row(hosts: list[Row], helps: list[Row], row: Row) -> None:
    if None in row or not row["name"]:
        raise ValueError("a row needs a name, and no more cells than the first line")
    given = {column: cell.strip() for column, cell in row.items() if cell and cell.strip()}
    host = next((known for known in hosts if known["name"] == row["name"]), None)
    if host is None:
        if missing := [column for column in _NEEDED if column not in given]:
            raise ValueError(f"a new provider needs {' and '.join(missing)}")
        host = dict.fromkeys(HOST_COLUMNS, "") | _USUAL
        hosts.append(host)
    host.update({column: cell for column, cell in given.items() if column in HOST_COLUMNS})
    _check(host, given)
    _take_domains(hosts, host)
    if helping := {column: cell for column, cell in given.items() if column in HELP_COLUMNS}:
        known = next((known for known in helps if known["provider"] == row["name"]), None)
        if known is None:
            known = dict.fromkeys((*HELP_COLUMNS, "checked"), "") | {"provider": row["name"]}
            helps.append(known)
        known.update(helping, checked=host["checked"])
        help_in(known)


def _check(host: Row, given: Mapping[str, str]) -> None:
    for column, pattern in _ALLOWED.items():
        if column in given and not re.fullmatch(pattern, given[column]):
            raise ValueError(f"{column} cannot be “{given[column]}”")
    _check_names(host)
    for column in ("link", "manage"):
        if column in given and urlsplit(given[column]).scheme != "https":
            raise ValueError(f"{column} must start with https://")
    try:
        re.compile(given.get("shape", ""))
    except re.error as error:
        raise ValueError(f"shape is no regular expression: {error}") from None


def _check_names(host: Row) -> None:
    for column in ("domains", "suffixes", "mx_suffixes", "more_hosts", "imap_host", "smtp_host"):
        for name in host[column].split():
            plain = ascii_name(name.replace("{domain}", "domain.example"))
            if plain is None or "." not in plain:
                raise ValueError(f"{column}: “{name}” is no name like mail.example.com")


def _take_domains(hosts: list[Row], host: Row) -> None:
    own = set(host["domains"].split())
    for other in hosts:
        if other is not host:
            left = [domain for domain in other["domains"].split() if domain not in own]
            other["domains"] = " ".join(left)
