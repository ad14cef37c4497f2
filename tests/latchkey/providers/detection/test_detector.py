import json
from typing import Any

import httpx
import pytest

from latchkey.infra import cached_answer as lasting
from latchkey.infra import logs
from latchkey.infra.store import Store
from latchkey.nylas.errors import Refused
from latchkey.providers.detection import domains
from latchkey.providers.mailhosts import MailHosts
from tests.latchkey.providers.detection.nylas import EVERY, TROUBLE, Nylas

HOSTS = MailHosts.load()


@pytest.fixture
def no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is too old at once."""
    for name in ("FOUND_SECONDS", "NOT_FOUND_SECONDS", "OLD_SECONDS"):
        monkeypatch.setattr(domains, name, -1)


@pytest.mark.parametrize("provider", EVERY)
def test_the_provider_of_an_address_is_detected(provider: str) -> None:
    assert Nylas(provider=provider).detector.detect("a@ex.org") == provider


def test_one_question_serves_everybody_of_a_domain() -> None:
    nylas = Nylas()
    for email in ("a@ex.org", "b@ex.org", "a+tag@EX.org", "a@ex.org"):
        assert nylas.detector.detect(email) == "imap"
    assert nylas.asked == ["a@ex.org"]
    assert nylas.listed == 1


def test_every_domain_is_asked_for() -> None:
    nylas = Nylas()
    for domain in ("ex.org", "mail.ex.org", "ex.org.test"):
        nylas.detector.detect(f"a@{domain}")
    assert nylas.asked == ["a@ex.org", "a@mail.ex.org", "a@ex.org.test"]


def test_an_unknown_domain_is_remembered_too() -> None:
    nylas = Nylas(provider="")
    assert [nylas.detector.detect("a@ex.org") for _ in range(3)] == ["", "", ""]
    assert len(nylas.asked) == 1


def test_an_unknown_domain_is_remembered_for_a_shorter_time_than_a_known_one() -> None:
    assert domains.NOT_FOUND_SECONDS < domains.FOUND_SECONDS < domains.OLD_SECONDS


@pytest.mark.usefixtures("no_memory")
def test_what_is_too_old_is_asked_for_again() -> None:
    nylas = Nylas()
    for _ in range(3):
        assert nylas.detector.detect("a@ex.org") == "imap"
    assert len(nylas.asked) == 3


def test_what_is_too_old_serves_while_nylas_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(domains, "FOUND_SECONDS", -1)
    nylas = Nylas(provider="google")
    nylas.detector.detect("a@ex.org")
    nylas.detection = httpx.Response(503)
    assert [nylas.detector.detect("a@ex.org") for _ in range(5)] == ["google"] * 5
    assert len(nylas.asked) == 3, "not everybody tries again"


@pytest.mark.parametrize("trouble", [*TROUBLE.values(), httpx.Response(400)])
def test_trouble_with_detection_means_not_known_and_is_not_remembered(trouble: Any) -> None:
    nylas = Nylas()
    good, nylas.detection = nylas.detection, trouble
    store = Store()
    assert nylas.new_detector(store=store).detect("a@ex.org") == ""
    assert store.take("detect:limit") == (1 if trouble is TROUBLE["limit"] else None)
    nylas.detection = good
    assert nylas.new_detector(store=store).detect("a@ex.org") == "imap"


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_trouble_does_not_spoil_what_is_remembered(trouble: Any) -> None:
    nylas = Nylas()
    nylas.detector.detect("a@ex.org")
    nylas.detection = trouble
    assert nylas.detector.detect("b@ex.org") == "imap"
    assert nylas.detector.detect("b@else.org") == ""


@pytest.mark.parametrize("provider", ["something-new", "virtual-calendar", "IMAP", "nylas"])
def test_a_provider_that_this_page_does_not_know_is_not_known(provider: str) -> None:
    assert Nylas(provider=provider, connectors=(provider,)).detector.detect("a@ex.org") == ""


def test_a_provider_without_a_connector_is_never_offered() -> None:
    nylas = Nylas(provider="google", connectors=("imap", "ews", "virtual-calendar"))
    assert nylas.detector.detect("a@ex.org") == ""
    assert set(nylas.detector.offered()) == {"imap", "ews"}


def test_without_connectors_nothing_is_offered() -> None:
    nylas = Nylas(connectors=())
    assert nylas.detector.offered() == ()
    assert nylas.detector.detect("a@ex.org") == ""
    assert nylas.detector.likeliest("a@ex.org") == ""


def test_with_a_new_connector_nylas_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nylas names only providers with a connector, so its answers change with them."""
    monkeypatch.setattr(lasting, "GOOD_SECONDS", -1)
    nylas = Nylas(provider="", connectors=("imap",))
    assert nylas.detector.detect("a@ex.org") == ""
    nylas.list_connectors("imap", "google")
    nylas.say("google")
    assert nylas.detector.detect("a@ex.org") == "google"
    assert nylas.detector.detect("a@ex.org") == "google"
    assert len(nylas.asked) == 2


def test_providers_are_offered_in_our_order() -> None:
    assert Nylas(connectors=tuple(reversed(EVERY))).detector.offered() == EVERY


def test_a_key_that_stops_working_is_noticed_by_detection() -> None:
    nylas = Nylas()
    nylas.detector.offered()
    nylas.connectors = nylas.detection = httpx.Response(401)
    for _ in range(2):
        with pytest.raises(Refused):
            nylas.detector.detect("a@ex.org")


def test_a_401_on_detection_alone_means_not_known() -> None:
    nylas = Nylas()
    nylas.detector.offered()
    nylas.detection = httpx.Response(401)
    assert nylas.detector.detect("a@ex.org") == ""
    assert nylas.listed == 2, "the key was tried"


def test_a_provider_without_a_client_is_not_offered_but_told() -> None:
    nylas = Nylas(provider="google", connectors=("google", "imap"))
    detector = nylas.new_detector(oauth=())
    assert detector.offered() == ("imap",)
    assert detector.detect("someone@gmail.com") == "google"
    assert detector.likeliest("someone@gmail.com") == "imap"


@pytest.mark.parametrize(
    ("domain", "provider"),
    [
        ("gmail.com", "google"),
        ("GoogleMail.com", "google"),
        ("outlook.com", "microsoft"),
        ("hotmail.co.uk", "microsoft"),
        ("icloud.com", "icloud"),
        ("yahoo.de", "yahoo"),
        ("aol.com", "imap"),
        ("gmx.net", "imap"),
        ("fastmail.com", "imap"),
    ],
)
def test_nylas_is_not_asked_about_what_everybody_knows(domain: str, provider: str) -> None:
    nylas = Nylas(provider="ews")
    detector = nylas.new_detector(hosts=HOSTS)
    assert detector.detect(f"a@{domain}") == provider
    assert detector.likeliest(f"a@{domain}") == provider
    assert not nylas.asked
    assert nylas.detector.detect(f"a@{domain}") == "ews", "unless that is switched off"


def test_yahoo_without_a_client_is_reached_by_imap() -> None:
    detector = Nylas().new_detector(hosts=HOSTS, oauth=("google",))
    assert detector.detect("a@yahoo.com") == "imap"


def test_nylas_is_asked_about_a_known_domain_whose_provider_has_no_connector() -> None:
    nylas = Nylas(provider="imap", connectors=("imap",))
    assert nylas.new_detector(hosts=HOSTS).detect("a@gmail.com") == "imap"
    assert nylas.asked == ["a@gmail.com"]


def test_what_nylas_said_counts_more_than_what_everybody_knows() -> None:
    nylas = Nylas(provider="imap")
    store = Store()
    nylas.new_detector(store=store).detect("a@gmail.com")
    assert nylas.new_detector(store=store, hosts=HOSTS).detect("b@gmail.com") == "imap"


def test_imap_is_the_likeliest_when_nothing_is_known_and_else_what_was_said_last() -> None:
    nylas = Nylas(provider="microsoft")
    assert nylas.detector.likeliest("a@ex.org") == "imap"
    nylas.detector.detect("a@ex.org")
    assert nylas.detector.likeliest("b@ex.org") == "microsoft"
    assert Nylas(connectors=("ews",)).detector.likeliest("a@ex.org") == ""


def test_the_log_says_who_knew_and_not_about_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(logs, "event", lambda name, **fields: logged.append((name, fields)))
    nylas = Nylas(provider="google")
    detect = nylas.new_detector(hosts=HOSTS, per_minute=1).detect
    for email in ("a@ex.org", "b@ex.org", "a@gmx.de", "a@else.org"):
        detect(email)
    assert [entry for entry in logged if entry[0] == "detection"] == [
        ("detection", {"provider": "google", "outcome": "nylas"}),
        ("detection", {"provider": "google", "outcome": "cache"}),
        ("detection", {"provider": "imap", "outcome": "known"}),
        ("detection", {"provider": "", "outcome": "none"}),
    ]
    assert "ex.org" not in json.dumps(logged)
