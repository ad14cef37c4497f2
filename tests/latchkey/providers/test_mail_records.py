import time
from collections.abc import Iterator

import dns.rcode
import pytest

from latchkey.providers.mail_records import MailRecords
from tests.nameserver import NameServer, nameserver

Records = list[str] | dns.rcode.Rcode | None

PUBLIC, INWARD = ["8.8.8.8"], ["10.0.0.1"]
PUBLIC_V6, INWARD_V6 = ["2001:4860:4860::8888"], ["64:ff9b::a00:1"]
FAILS: Records = dns.rcode.SERVFAIL
SILENT: Records = None


@pytest.fixture
def server() -> Iterator[NameServer]:
    with nameserver() as running:
        yield running


def leads_inward(server: NameServer, ipv4: Records, ipv6: Records) -> bool:
    """What is found of a server with these addresses, within a second."""
    server.zone |= {"A imap.ex.org": ipv4, "AAAA imap.ex.org": ipv6, "gmail.com": ["1 mx.test."]}
    records = MailRecords(nameserver=server.address)
    begun = time.monotonic()
    found = records.leads_inward("imap.ex.org")
    # Within a second where nothing else runs; dnspython itself would wait for five.
    assert time.monotonic() - begun < 4
    assert records.leads_inward("imap.ex.org") == found
    return found


@pytest.mark.slow
@pytest.mark.parametrize("other", [[], PUBLIC_V6, FAILS, SILENT])
def test_an_inward_ipv4_address_counts_whatever_is_told_of_ipv6(
    server: NameServer, other: Records
) -> None:
    assert leads_inward(server, INWARD, other)


@pytest.mark.parametrize("other", [[], PUBLIC, FAILS, SILENT])
def test_an_inward_ipv6_address_counts_whatever_is_told_of_ipv4(
    server: NameServer, other: Records
) -> None:
    assert leads_inward(server, other, INWARD_V6)


@pytest.mark.slow
@pytest.mark.parametrize("ipv4", [[], PUBLIC, FAILS, SILENT])
@pytest.mark.parametrize("ipv6", [[], PUBLIC_V6, FAILS, SILENT])
def test_a_server_is_not_inward_because_something_is_not_told(
    server: NameServer, ipv4: Records, ipv6: Records
) -> None:
    assert not leads_inward(server, ipv4, ipv6)


@pytest.mark.slow
def test_a_silent_domain_ends_a_trouble_of_dns_when_the_server_answers_otherwise(
    server: NameServer,
) -> None:
    records = MailRecords(nameserver=server.address)
    server.zone = {f"silent-{number}.test": SILENT for number in range(4)}
    # Three in a row would end all questions.
    for number, answers in enumerate((False, False, True, False)):
        server.zone["gmail.com"] = ["1 mx.test."] if answers else SILENT
        assert records.exchanges(f"silent-{number}.test") is None
    server.zone["well.test"] = ["1 mx.test."]
    assert records.exchanges("well.test") == ("mx.test",)
