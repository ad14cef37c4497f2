"""The operator's own file goes over the tables, or says what is wrong with it."""

from pathlib import Path

import pytest

from app import create_app
from config import ConfigError
from latchkey.providers.mailhosts import (
    HelpKind,
    MailHosts,
    ProvidersFileError,
    Server,
    UnsupportedService,
)
from tests.conftest import make_settings
from tests.pages import Visitor

WHOLE = """name,domains,imap_host,smtp_host,link,text
Acme Mail,acme.example gmx.de,imap.acme.example,smtp.acme.example,https://help.acme.example/,Use it.
Fastmail,,,,https://intranet.acme.example/fastmail,
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "providers.csv"
    path.write_text(text, encoding="utf-8")
    return path


def said(folder: Path, text: str) -> str:
    with pytest.raises(ProvidersFileError) as error:
        MailHosts.load(written(folder, text))
    return str(error.value)


def test_a_new_provider_takes_its_domains(tmp_path: Path) -> None:
    hosts = MailHosts.load(written(tmp_path, WHOLE))
    for domain in ("acme.example", "gmx.de"):
        host = hosts.find(domain)
        assert host is not None
        assert (host.name, host.imap) == ("Acme Mail", Server(host="imap.acme.example", port=993))
        assert host.password_login
        assert host.help is not None
        assert (host.help.link, host.help.text) == ("https://help.acme.example/", "Use it.")
    other = hosts.find("gmx.net")
    assert other is not None
    assert other.name == "GMX Freemail (gmx.net)"


def test_an_empty_cell_leaves_what_is_known(tmp_path: Path) -> None:
    host = MailHosts.load(written(tmp_path, WHOLE)).find("fastmail.com")
    assert host is not None
    assert host.imap.host == "imap.fastmail.com"
    assert host.help is not None
    assert host.help.kinds == (HelpKind.APP_PASSWORD,)
    assert host.help.link == "https://intranet.acme.example/fastmail"


def test_rows_without_any_text_are_left_out(tmp_path: Path) -> None:
    hosts = MailHosts.load(written(tmp_path, f"{WHOLE}\n,,,\n , ,\n,,,,,,,,,,,\n"))
    assert hosts.find("acme.example") is not None


def test_a_domain_without_imap_may_have_a_bridge(tmp_path: Path) -> None:
    text = (
        "name,domains,imap_host,smtp_host\nBridge,proton.me,imap.acme.example,smtp.acme.example\n"
    )
    hosts = MailHosts.load(written(tmp_path, text))
    assert hosts.unsupported("proton.me") is None
    assert hosts.unsupported("pm.me") == UnsupportedService(name="Proton Mail", forwards_only=False)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "needs a column “name”"),
        ("domains\nx.example\n", "needs a column “name”"),
        ("name,imap\nA,b\n", "not imap"),
        (
            "name,domains\nAcme,acme.example\n",
            "line 2: a new provider needs imap_host and smtp_host",
        ),
        ("name,imap_host\nFastmail,imap\n", "line 2: imap_host: “imap” is no name"),
        ("name,imap_port\nFastmail,x\n", "line 2: imap_port cannot be “x”"),
        ("name,username\nFastmail,mine\n", "username cannot be “mine”"),
        ("name,link\nFastmail,http://x.example\n", "link must start with https://"),
        ("name,kinds\nFastmail,magic\n", "line 2: 'magic' is not a valid HelpKind"),
        ("name,notes\nFastmail,magic\n", "'magic' is not a valid HelpNote"),
        ("name,link\n\n,https://x.example\n", "line 3: a row needs a name"),
        ("name\nFastmail,more\n", "no more cells than the first line"),
        ("name,shape\nFastmail,[\n", "line 2: "),
        ('name\n"Fastmail\n', "cannot be read"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, fault: str) -> None:
    assert fault in said(tmp_path, text)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "providers.csv"
    path.write_bytes("name\nPostfächer\n".encode("latin-1"))
    with pytest.raises(ProvidersFileError, match=r"providers\.csv is no text in UTF-8"):
        MailHosts.load(path)


def test_the_page_does_not_start_with_a_broken_file(tmp_path: Path) -> None:
    path = written(tmp_path, "name,link\nFastmail,nowhere\n")
    with pytest.raises(ConfigError, match=r"PROVIDERS_FILE[\s\S]*line 2: link must"):
        create_app(make_settings(PROVIDERS_FILE=str(path)))


def test_the_operators_words_are_shown_as_text(tmp_path: Path) -> None:
    text = "name,domains,imap_host,smtp_host,text\n"
    text += "Acme,acme.example,imap.acme.example,smtp.acme.example,Ask <b>Bea</b> & co.\n"
    app = create_app(make_settings(PROVIDERS_FILE=str(written(tmp_path, text))))
    visitor = Visitor.inside(app)
    page = visitor.get(visitor.enter("ann@acme.example").leading("/connect/imap"))
    assert "Ask <b>Bea</b> & co." in page.text
