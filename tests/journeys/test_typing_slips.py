"""Typing slips against real DNS answers: a domain that takes in mail is no slip."""

import pytest

from tests.journeys.conftest import Line
from tests.nameserver import nameserver
from tests.pages import Visitor


@pytest.mark.parametrize(
    ("records", "asked"),
    [
        (["10 mx.gmial.com."], False),
        (["10 mx.other-hoster.example."], False),
        (["0 ."], True),
        ([], True),
        (None, True),
    ],
)
def test_only_a_domain_without_mail_is_asked_about(
    line: Line, records: list[str] | None, asked: bool
) -> None:
    with nameserver() as dns:
        if records != []:
            dns.zone = {"gmial.com": records}
        host, port = dns.address
        visitor = Visitor.inside(line.app(MX_LOOKUPS="true", DNS_SERVER=f"{host}:{port}"))
        page = visitor.enter("someone@gmial.com")
    assert (page.heading == "Did you mean gmail.com?") is asked
