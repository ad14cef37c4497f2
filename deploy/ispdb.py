"""Compares the table of mail servers with Mozilla's ISPDB, and adds what is missing.

    git clone https://github.com/thunderbird/autoconfig
    .venv/bin/python deploy/ispdb.py autoconfig            # tells the differences
    .venv/bin/python deploy/ispdb.py autoconfig --write    # adds missing domains and providers

Rows and domains from other sources stay. The ISPDB and the files made from it are under the Mozilla
Public License 2.0 (``latchkey/providers/mailhosts/data/LICENSE.MPL-2.0``).
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

ROOT: Final = Path(__file__).resolve().parents[1]
HOSTS: Final = ROOT / "latchkey" / "providers" / "mailhosts" / "data" / "hosts.csv"
# Listed there, but gone: providers that closed, whose domains belong to others now.
DEAD: Final = frozenset({"mail.jubii.dk"})
# Other than the ISPDB on purpose, with reasons in the README of the data.
KEPT: Final = frozenset({("Apple iCloud", "username")})
_LOGINS: Final = {"%EMAILADDRESS%": "address", "%EMAILLOCALPART%": "local part"}
_SECURE: Final = ("SSL", "STARTTLS")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One provider of the ISPDB that has IMAP and SMTP with encryption."""

    id: str
    name: str
    domains: frozenset[str]
    servers: dict[str, str] = field(hash=False)


def read(folder: Path) -> Iterator[Listed]:
    """Give every provider of a checkout that Latchkey can use."""
    for file in sorted((folder / "ispdb").glob("*.xml")):
        provider = ElementTree.parse(file).find("emailProvider")  # noqa: S314 - chosen by the caller
        if provider is not None and (found := _listed(provider)):
            yield found


def _listed(provider: ElementTree.Element) -> Listed | None:
    imap = _server(provider, "incomingServer", "imap")
    smtp = _server(provider, "outgoingServer", "smtp")
    if imap is None or smtp is None or _text(imap, "username") not in _LOGINS:
        return None
    ways = {way.text for way in imap.findall("authentication")}
    return Listed(
        id=provider.get("id", ""),
        name=_text(provider, "displayName").replace("%EMAILDOMAIN%", provider.get("id", "")),
        domains=frozenset(
            (domain.text or "").strip().lower()
            for domain in provider.findall("domain")
            if not domain.get("purpose")
        ),
        servers={
            "imap_host": _host(imap),
            "imap_port": _text(imap, "port"),
            "smtp_host": _host(smtp),
            "smtp_port": _text(smtp, "port"),
            "username": _LOGINS[_text(imap, "username")],
            "password_login": "no" if ways == {"OAuth2"} else "yes",
        },
    )


def _server(provider: ElementTree.Element, tag: str, kind: str) -> ElementTree.Element | None:
    servers = [server for server in provider.findall(tag) if server.get("type") == kind]
    for socket in _SECURE:
        for server in servers:
            if _text(server, "socketType") == socket:
                return server
    return None


def _text(element: ElementTree.Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _host(server: ElementTree.Element) -> str:
    return _text(server, "hostname").lower().replace("%emaildomain%", "{domain}")


def compare(rows: list[dict[str, str]], listed: list[Listed], *, checked: str) -> Iterator[str]:
    """Say what differs, and put what is missing into ``rows``."""
    known = {domain: row for row in rows for domain in row["domains"].split()}
    # The ISPDB lists the names of mail exchangers among the domains.
    exchangers = {name for row in rows for name in row["mx_suffixes"].split()}
    for provider in listed:
        if provider.id in DEAD:
            yield f"dead: {provider.id} ({len(provider.domains)} domains)"
            continue
        for domain in sorted(provider.domains & known.keys()):
            yield from _differences(domain, known[domain], provider)
        if missing := sorted(provider.domains - known.keys() - exchangers):
            yield f"missing: {provider.id}: {' '.join(missing)}"
            _add(rows, provider, missing, checked=checked)


def _differences(domain: str, row: dict[str, str], provider: Listed) -> Iterator[str]:
    for column, value in provider.servers.items():
        if row[column] != value and (row["name"], column) not in KEPT:
            yield f"differs: {domain}: {column} is {row[column]}, ISPDB has {value}"


def _add(rows: list[dict[str, str]], provider: Listed, domains: list[str], *, checked: str) -> None:
    for row in rows:
        if all(row[column] == value for column, value in provider.servers.items()):
            row["domains"] = " ".join(sorted({*row["domains"].split(), *domains}))
            return
    taken = {row["name"] for row in rows}
    name = provider.id if provider.name in taken else provider.name
    row = dict.fromkeys(rows[0], "") | provider.servers
    rows.append(row | {"name": name, "domains": " ".join(domains), "checked": checked})


def main() -> int:
    """Run the comparison; 1 when the table lacks something and was not written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--write", action="store_true", help="add what is missing")
    parser.add_argument("--checked", default="", help="date of the checkout, for new rows")
    options = parser.parse_args()
    with HOSTS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    listed = list(read(options.checkout))
    found = list(compare(rows, listed, checked=options.checked))
    sys.stdout.writelines(f"{line}\n" for line in found)
    if options.write:
        write(rows)
    return int(any(line.startswith("missing") for line in found) and not options.write)


def write(rows: list[dict[str, str]]) -> None:
    """Write the table, sorted by name."""
    rows.sort(key=lambda row: row["name"].casefold())
    with HOSTS.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
