import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import dns.rcode
import dns.resolver
import httpx
import pytest

from config import ROOT
from latchkey.providers import look_ups, mail_records
from latchkey.providers.detection import MxRecords, detector
from latchkey.providers.mail_records import MailRecords
from latchkey.providers.mailhosts import MailHosts
from tests.latchkey.providers.detection.nylas import PATIENCE, Nylas, all_at_once
from tests.nameserver import NameServer, nameserver

HOSTS = MailHosts.load()
GOOGLE = ["10 alt1.aspmx.l.google.com.", "1 aspmx.l.google.com."]


@pytest.fixture
def server() -> Iterator[NameServer]:
    with nameserver() as running:
        yield running


@pytest.fixture
def records(server: NameServer) -> MxRecords:
    return MxRecords(HOSTS, MailRecords(nameserver=server.address))


def name(records: MxRecords, domain: str) -> str:
    host = records.find(domain)
    return host.name if host else ""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (GOOGLE, "Google Mail"),
        (["0 Ex-Org.mail.protection.OUTLOOK.com."], "Microsoft 365"),
        (["10 mx1.emailsrvr.com.", "20 mx2.emailsrvr.com."], "Rackspace Email Hosting"),
        (["10 gateway.ex.org.", "20 aspmx.l.google.com."], ""),
        (["10 gateway.ex.org.", "10 mx1.mail.ovh.net."], "OVH"),
        (["0 ."], ""),
        ([], ""),
        (dns.rcode.NXDOMAIN, ""),
    ],
)
def test_the_best_mail_server_tells_the_provider(
    server: NameServer, records: MxRecords, said: list[str], expected: str
) -> None:
    server.zone["ex.org"] = said
    for _ in range(3):
        assert name(records, "ex.org") == expected
        found = records.remembered("ex.org")
        assert (found.name if found else "") == expected
    assert server.asked == ["ex.org. IN MX"], "once, and nothing else"


def test_nothing_is_remembered_of_what_was_not_looked_up(records: MxRecords) -> None:
    assert records.remembered("ex.org") is None


def test_what_was_found_lasts_longer_than_what_was_not() -> None:
    assert mail_records.SILENT_SECONDS < mail_records.NOT_FOUND_SECONDS < mail_records.FOUND_SECONDS


def test_what_was_found_is_looked_up_again_after_its_time(
    server: NameServer, records: MxRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_records, "FOUND_SECONDS", 0.05)
    server.zone["ex.org"] = GOOGLE
    records.find("ex.org")
    time.sleep(0.1)
    records.find("ex.org")
    assert len(server.asked) == 2


@pytest.mark.parametrize("domain", ["a" * 64 + ".org", "a..org", ("b" * 60 + ".") * 5 + "org"])
def test_what_is_no_name_for_dns_is_not_asked(
    server: NameServer, records: MxRecords, domain: str
) -> None:
    assert records.find(domain) is None
    assert not server.asked


@pytest.mark.parametrize("code", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_a_server_that_cannot_tell_is_asked_again(
    server: NameServer, records: MxRecords, code: dns.rcode.Rcode
) -> None:
    server.zone["ex.org"] = code
    for _ in range(5):
        assert records.find("ex.org") is None
    server.zone["ex.org"] = GOOGLE
    assert name(records, "ex.org") == "Google Mail"


def test_a_machine_without_dns_knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_configuration(self: object, *args: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    with monkeypatch.context() as patched:
        patched.setattr(dns.resolver.Resolver, "read_resolv_conf", no_configuration)
        records = MxRecords(HOSTS, MailRecords())
    assert records.find("ex.org") is None


def about_others(server: NameServer) -> list[str]:
    """What was asked, except whether the server is well."""
    return [question for question in server.asked if "gmail.com" not in question]


@pytest.mark.slow
def test_a_silent_domain_costs_its_people_a_second_once(
    server: NameServer, records: MxRecords
) -> None:
    server.zone |= {"dead.test": None, "ex.org": GOOGLE}
    for _ in range(5):
        assert records.find("dead.test") is None
    # Asked twice within the second, by dnspython.
    assert 1 <= len(about_others(server)) <= 2
    assert name(records, "ex.org") == "Google Mail", "the others are not affected"


@pytest.mark.slow
def test_dead_dns_is_left_alone_after_some_people_waited(
    server: NameServer, records: MxRecords
) -> None:
    dead = [f"{number}.test" for number in range(100)]
    server.zone = dict.fromkeys([*dead, "gmail.com"])
    assert [records.find(domain) for domain in dead] == [None] * 100
    assert len(set(about_others(server))) == 3


@pytest.mark.slow
def test_silent_domains_of_a_stranger_stop_no_look_up_of_others(
    server: NameServer, records: MxRecords
) -> None:
    dead = [f"{number}.test" for number in range(5)]
    server.zone = {**dict.fromkeys(dead), "ex.org": GOOGLE}
    assert [records.find(domain) for domain in dead] == [None] * 5
    assert name(records, "ex.org") == "Google Mail"


@pytest.mark.slow
def test_only_a_few_wait_when_dns_dies_in_a_rush(server: NameServer, records: MxRecords) -> None:
    dead = [f"{number}.test" for number in range(60)]
    server.zone = dict.fromkeys([*dead, "gmail.com"])
    assert all_at_once(lambda domain: name(records, domain), dead) == [""] * 60
    assert len(set(about_others(server))) <= 6


@pytest.mark.slow
def test_dns_is_asked_again_after_a_while(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_ups, "_REST_SECONDS", 0.1)
    records = MxRecords(HOSTS, MailRecords(nameserver=server.address))
    server.zone = dict.fromkeys([f"{number}.test" for number in range(4)] + ["gmail.com"])
    for domain in [*server.zone][:4]:
        records.find(domain)
    server.zone["ex.org"] = GOOGLE
    waiting = threading.Event()
    for _ in range(PATIENCE * 20):
        if records.find("ex.org"):
            break
        waiting.wait(0.05)
    assert name(records, "ex.org") == "Google Mail"


ZONE = {
    "google.test": GOOGLE,
    "hosted.test": ["10 www1.your-server.de."],
    "own.test": ["10 mail.own.test."],
}


class TestDetection:
    def test_dns_is_not_asked_while_nylas_is(self, server: NameServer, records: MxRecords) -> None:
        nylas = Nylas(provider="")
        asking = nylas.new_detector(mx=records)
        server.zone |= ZONE
        assert [asking.detect(f"a@{domain}") for domain in ZONE] == ["", "", ""]
        assert not server.asked

    def test_the_rest_of_the_budget_is_for_what_dns_does_not_tell(
        self, server: NameServer, records: MxRecords
    ) -> None:
        nylas = Nylas(provider="ews")
        asking = nylas.new_detector(mx=records, per_minute=4)
        server.zone |= ZONE
        for number in range(3):
            asking.detect(f"a@{number}.test")
        found = [asking.detect(f"a@{domain}") for domain in ("google.test", "hosted.test")]
        assert found == ["google", "imap"]
        assert asking.detect("a@own.test") == "ews"
        assert nylas.asked[3:] == ["a@own.test"]

    def test_what_dns_told_is_replaced_once_nylas_has_spoken(
        self, server: NameServer, records: MxRecords
    ) -> None:
        nylas = Nylas(provider="microsoft")
        good, nylas.detection = nylas.detection, httpx.Response(400)
        asking = nylas.new_detector(mx=records)
        server.zone |= ZONE
        assert asking.detect("a@google.test") == "google"
        nylas.detection = good
        assert asking.detect("a@google.test") == "microsoft"
        assert len(server.asked) == 1

    def test_dns_is_asked_once_however_many_ask_at_the_same_time(
        self, server: NameServer, records: MxRecords, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(detector, "_PATIENCE_SECONDS", PATIENCE)
        nylas = Nylas()
        nylas.detection = httpx.Response(400)
        detect = nylas.new_detector(mx=records).detect
        server.zone |= ZONE
        assert all_at_once(detect, ["a@google.test"] * 50) == ["google"] * 50
        assert len(server.asked) == 1

    def test_a_provider_without_a_connector_is_not_guessed(
        self, server: NameServer, records: MxRecords
    ) -> None:
        nylas = Nylas(connectors=("imap", "ews"))
        nylas.detection = httpx.Response(400)
        asking = nylas.new_detector(mx=records)
        server.zone |= ZONE
        assert asking.detect("a@google.test") == ""
        assert asking.likeliest("a@google.test") == "imap"

    def test_what_nylas_did_not_know_may_still_be_the_likeliest(
        self, server: NameServer, records: MxRecords
    ) -> None:
        nylas = Nylas(provider="")
        asking = nylas.new_detector(mx=records)
        server.zone |= ZONE
        assert asking.detect("a@google.test") == ""
        assert asking.likeliest("a@google.test") == "imap"
        records.find("google.test")
        assert asking.likeliest("a@google.test") == "google"

    def test_when_nobody_knows_it_nobody_waits(
        self, server: NameServer, records: MxRecords
    ) -> None:
        nylas = Nylas()
        nylas.detection = httpx.Response(503)
        asking = nylas.new_detector(mx=records)
        assert [asking.detect(f"a@{number}.test") for number in range(20)] == [""] * 20


GEVENT = """
from gevent import monkey
monkey.patch_all()
import sys
import gevent
from latchkey.providers.detection import MxRecords
from latchkey.providers.mail_records import MailRecords
from latchkey.providers.mailhosts import MailHosts

records = MxRecords(MailHosts.load(), MailRecords(nameserver=("127.0.0.1", int(sys.argv[1]))))
domains = [f"{number}.dead.test" for number in range(3)] + ["ex.org"] * 3
jobs = [gevent.spawn(records.find, domain) for domain in domains]
turns = 0
while not all(job.ready() for job in jobs):
    gevent.sleep(0.01)
    turns += 1
assert turns > 10, turns
print([job.get().name if job.get() else None for job in jobs])
"""


@pytest.mark.slow
def test_it_lets_others_go_on_under_gevent(server: NameServer) -> None:
    server.zone |= {"ex.org": GOOGLE, **{f"{number}.dead.test": None for number in range(3)}}
    command = [sys.executable, "-c", GEVENT, str(server.address[1])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == "[None, None, None, 'Google Mail', 'Google Mail', 'Google Mail']\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (GOOGLE, True),
        ([], True),
        (dns.rcode.NXDOMAIN, True),
        (dns.rcode.SERVFAIL, False),
        (None, False),
    ],
)
def test_whether_dns_answers_is_seen_at_a_domain_that_everyone_can_see(
    server: NameServer, records: MxRecords, said: Any, *, answers: bool
) -> None:
    server.zone["gmail.com"] = said
    assert records.answers() is answers
    assert set(server.asked) == {"gmail.com. IN MX"}


def test_a_name_server_that_fails_at_one_kind_of_service_tells_of_the_others(
    server: NameServer,
) -> None:
    server.zone["SRV _imaps._tcp.ex.org"] = dns.rcode.SERVFAIL
    server.zone["SRV _imap._tcp.ex.org"] = ["0 1 143 imap.ex.org."]
    found = MailRecords(nameserver=server.address).services("ex.org", ["_imaps._tcp", "_imap._tcp"])
    assert found == ("imap.ex.org",)
