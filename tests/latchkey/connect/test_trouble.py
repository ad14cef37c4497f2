"""Verdicts about providers: kept for a second, and never too many of them."""

from latchkey.connect import Failed, trouble
from latchkey.connect.trouble import ProviderTrouble
from latchkey.infra.store import Store
from latchkey.problems.mail_server import SERVER_UNREACHABLE
from tests.conftest import SECRET


def test_of_invented_domains_only_so_many_are_remembered() -> None:
    known = ProviderTrouble(Store(), secret_key=SECRET)
    known.note("ews", "client", Failed(problem=SERVER_UNREACHABLE))
    for number in range(trouble._MOST_VERDICTS):
        assert not known.is_known(f"imap {number}.example")
    assert len(known._verdicts) == trouble._MOST_VERDICTS
    assert not known.is_known("imap one-more.example")
    assert len(known._verdicts) == 1


def test_while_no_provider_failed_no_verdict_is_looked_for() -> None:
    known = ProviderTrouble(Store(), secret_key=SECRET)
    assert not known.is_known("imap a.example")
    assert not known._verdicts


def test_many_failures_are_trouble_at_once() -> None:
    known = ProviderTrouble(Store(), secret_key=SECRET)
    assert not known.is_known("imap a.example")
    for number in range(20):
        known.note("imap a.example", f"client {number}", Failed(problem=SERVER_UNREACHABLE))
    assert known.is_known("imap a.example")
    assert not known.is_known("imap b.example")
