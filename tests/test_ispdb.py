"""The table of mail servers can be compared with Mozilla's ISPDB, and taken on from it."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT

SCRIPT = "deploy/ispdb.py"
DATA = "latchkey/providers/mailhosts/data/hosts.csv"
ENTRY = """<clientConfig version="1.1"><emailProvider id="{id}">
{domains}<displayName>{name}</displayName>
<incomingServer type="pop3"><hostname>pop.x.example</hostname></incomingServer>
<incomingServer type="imap"><hostname>{imap}</hostname><port>993</port>
<socketType>{socket}</socketType><authentication>{way}</authentication>
<username>%EMAILADDRESS%</username></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.x.example</hostname><port>587</port>
<socketType>STARTTLS</socketType><username>%EMAILADDRESS%</username></outgoingServer>
</emailProvider></clientConfig>"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the script needs, so that it may write."""
    for name in (SCRIPT, DATA):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def list_(project: Path, *domains: str, **entry: str) -> None:
    """Add a provider to the checkout of the ISPDB."""
    usual = {"id": "x.example", "name": "X", "imap": "imap.x.example", "socket": "SSL",
             "way": "password-cleartext"}  # fmt: skip
    folder = project / "autoconfig" / "ispdb"
    folder.mkdir(parents=True, exist_ok=True)
    named = usual | entry | {"domains": "".join(f"<domain>{d}</domain>" for d in domains)}
    (folder / f"{named['id']}.xml").write_text(ENTRY.format(**named))


def run(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPT, "autoconfig", *options]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def rows(project: Path) -> dict[str, dict[str, str]]:
    with (project / DATA).open(encoding="utf-8", newline="") as lines:
        return {row["name"]: row for row in csv.DictReader(lines)}


def test_missing_domains_are_listed_and_added_only_when_asked(project: Path) -> None:
    list_(project, "x.example", "y.example")
    before = rows(project)
    done = run(project)
    assert done.stdout == "missing: x.example: x.example y.example\n"
    assert done.returncode == 1
    assert rows(project) == before
    assert run(project, "--write", "--checked", "2027-01-02").returncode == 0
    added = rows(project)["X"]
    assert (added["domains"], added["imap_host"]) == ("x.example y.example", "imap.x.example")
    assert (added["password_login"], added["checked"]) == ("yes", "2027-01-02")
    assert rows(project) == before | {"X": added}
    assert run(project).stdout == ""


def test_a_provider_without_encryption_is_left_out(project: Path) -> None:
    list_(project, "x.example", socket="plain")
    assert run(project).stdout == ""


def test_other_servers_of_a_known_domain_are_named(project: Path) -> None:
    list_(project, "gmx.de", way="OAuth2")
    said = run(project).stdout
    assert "differs: gmx.de: imap_host is imap.gmx.net, ISPDB has imap.x.example" in said
    assert "differs: gmx.de: password_login is yes, ISPDB has no" in said


def test_names_of_mail_exchangers_are_no_mail_domains(project: Path) -> None:
    list_(project, "messagingengine.com")
    assert run(project).stdout == ""
