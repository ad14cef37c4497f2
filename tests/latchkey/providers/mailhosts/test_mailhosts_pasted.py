"""What is pasted into the field for a server is taken apart, and never read as another host."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchkey.providers.mailhosts import read_port, read_server


@pytest.mark.parametrize(
    ("text", "host", "port", "of_web"),
    [
        ("mail.firm.example", "mail.firm.example", "", False),
        ("https://mail.firm.example/owa/?x=1", "mail.firm.example", "", True),
        ("https://mail.firm.example:8443", "mail.firm.example", "8443", True),
        ("imaps://mail.firm.example:993/INBOX", "mail.firm.example", "993", False),
        ("mail.firm.example: 993", "mail.firm.example", "993", False),
        ("mail.firm.example : 993", "mail.firm.example", "993", False),
        ("“mail.firm.example”", "mail.firm.example", "", False),
        ("<mail.firm.example:993>", "mail.firm.example", "993", False),
        ("'ann@mail.firm.example'", "'ann@mail.firm.example'", "", False),
        ("mail.firm.example port 993", "mail.firm.example", "993", False),
        ("imap.bücher.example:143", "imap.bücher.example", "143", False),
        ("mail.firm.example:993 SSL", "mail.firm.example", "993", False),
        ("mail.firm.example:143 STARTTLS", "mail.firm.example", "143", False),
        ("mail.firm.example:587, TLS", "mail.firm.example", "587", False),
        ("mail.firm.example:993 (SSL/TLS)", "mail.firm.example", "993", False),
        ("mail.firm.example (993)", "mail.firm.example", "993", False),
        ("mail.firm.example (Port 993)", "mail.firm.example", "993", False),
        ("mail.firm.example, puerto: 993", "mail.firm.example", "993", False),
        ("mail.firm.example (porta 993)", "mail.firm.example", "993", False),
        ("mail.firm.example порт 993", "mail.firm.example", "993", False),
        ("mail.firm.example\uff08端口\uff1a993\uff09", "mail.firm.example", "993", False),
        ("mail.firm.example ポート番号993 SSL", "mail.firm.example", "993", False),
        ("mail.firm.example\t993\tSSL/TLS", "mail.firm.example", "993", False),
        ("mail.firm.example pop 995", "mail.firm.example pop 995", "", False),
        ("mail.firm.example,", "mail.firm.example", "", False),
        ("mail.firm.example\uff1a993;", "mail.firm.example", "993", False),
        ("IMAP: mail.firm.example", "mail.firm.example", "", False),
        ("Serveur entrant : mail.firm.example:993", "mail.firm.example", "993", False),
        ("Server: https://mail.firm.example", "mail.firm.example", "", True),
        ("mail.firm.example:143 SSL", "mail.firm.example:143 SSL", "", False),
        ("mail.firm.example:993 STARTTLS", "mail.firm.example:993 STARTTLS", "", False),
        ("mail.firm.example SSL", "mail.firm.example SSL", "", False),
        ("mail.firm.example:143 none", "mail.firm.example:143 none", "", False),
        ("IMAP-Server: mail.firm.example", "mail.firm.example", "", False),
        ("Servidor de correo entrante (IMAP): mail.firm.example", "mail.firm.example", "", False),
        ("Inkommande e-postserver: mail.firm.example", "mail.firm.example", "", False),
        ("收件服务器\uff1amail.firm.example", "mail.firm.example", "", False),
        ("受信サーバー\uff1amail.firm.example\uff1a993", "mail.firm.example", "993", False),
        ("https\uff1a//mail.firm.example/owa", "mail.firm.example", "", True),
        ("адрес сервера — mail.firm.example; порт — 993", "mail.firm.example", "993", False),
        ("mail.firm.example – Port 993", "mail.firm.example", "993", False),
        ("IMAP\tmail.firm.example\t993\tSSL", "mail.firm.example", "993", False),
        ("mail.firm.example Port: 993 Verschlüsselung: SSL/TLS", "mail.firm.example", "993", False),
        ("mail.firm.example Port: 143 Verschlüsselung: SSL",
         "mail.firm.example Port: 143 Verschlüsselung: SSL", "", False),
        ("{mail.firm.example:993/imap/ssl}INBOX", "mail.firm.example", "993", False),
        ("\u202amail.firm.example\u202c", "mail.firm.example", "", False),
        ("mail.firm.example\u200b:993", "mail.firm.example", "993", False),
        ("POP3 – mail.firm.example", "POP3 – mail.firm.example", "", False),
        ("POP\tmail.firm.example", "POP\tmail.firm.example", "", False),
        ("POP3: mail.firm.example", "POP3: mail.firm.example", "", False),
        ("Server POP: mail.firm.example", "Server POP: mail.firm.example", "", False),
        ("mail.firm.example (old)", "mail.firm.example (old)", "", False),
        ("firm.example\uff20evil.test", "firm.example\uff20evil.test", "", False),
        ("ann@mail.firm.example", "ann@mail.firm.example", "", False),
        ("https://firm.example@evil.test", "https://firm.example@evil.test", "", False),
        ("https://a.example\\@evil.test", "https://a.example\\@evil.test", "", False),
        ("//evil.example", "//evil.example", "", False),
        ("[::1]:993", "[::1]:993", "", False),
        ("::1", "::1", "", False),
        ("one.example two.example", "one.example two.example", "", False),
    ],
)  # fmt: skip
def test_host_and_port_are_found(text: str, host: str, port: str, *, of_web: bool) -> None:
    read = read_server(text)
    assert (read.host, read.port, read.of_web) == (host, port, of_web)


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("993", "993"),
        ("993 (SSL/TLS)", "993"),
        ("993 (TLS)", "993"),
        ("993 SSL", "993"),
        ("143, STARTTLS", "143"),
        ("Port: 993", "993"),
        ("ポート\uff1a993", "993"),
        ("端口 993", "993"),
        ("\uff19\uff19\uff13", "993"),
        ("۹۹۳", "993"),
        ("٩٩٣", "993"),
        ("POP 995", "995"),
        ("143 SSL", "143 SSL"),
        ("993 STARTTLS", "993 STARTTLS"),
        ("465 or 587", "465 or 587"),
        ("-993", "-993"),
        ("99.3", "99.3"),
        ("", ""),
    ],
)
def test_a_port_is_found(text: str, port: str) -> None:
    assert read_port(text) == port


TEXTS = st.text(st.sampled_from("ab.:/@?#\\[]()  https,;19\uff1a\u2100"), max_size=20)


@given(st.one_of(st.text(), TEXTS))
def test_a_host_is_part_of_the_text_and_has_no_mark_that_ends_one(text: str) -> None:
    read = read_server(text)
    visible = "".join(char for char in text if unicodedata.category(char) != "Cf")
    assert read.host in text or read.host in unicodedata.normalize("NFKC", visible)
    if read.host != text:
        assert not set(read.host) & set("/:@?#\\[] ")
        assert len(read.port) <= 5
