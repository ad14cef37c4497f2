from typing import Any

import httpx
import pytest

from signin import detection
from signin.detection import ProviderDetector
from signin.errors import Refused
from signin.providers import PROVIDERS
from tests.signin.answering import client_answered_by

EVERY = tuple(PROVIDERS)
WITH_CLIENT = ("google", "microsoft", "yahoo", "zoom")
WITH_PASSWORD = tuple(key for key, provider in PROVIDERS.items() if not provider.oauth)
TROUBLE: dict[str, Any] = {
    "limit": httpx.Response(429),
    "down": httpx.Response(503),
    "gateway": httpx.Response(502, text="<html>"),
    "refused address": httpx.Response(400),
    "timeout": httpx.ReadTimeout("no answer"),
    "no connection": httpx.ConnectError("refused"),
    "no JSON": httpx.Response(200, text="<html>"),
    "redirect": httpx.Response(302),
}


class Nylas:
    """Detects and lists as told; counts. An exception stands for trouble on the way."""

    def __init__(self, *, provider: str = "imap", connectors: tuple[str, ...] = EVERY) -> None:
        found = {"detected": bool(provider), **({"provider": provider} if provider else {})}
        self.detection: httpx.Response | Exception = httpx.Response(200, json={"data": found})
        self.list_connectors(*connectors)
        self.asked: list[str] = []
        self.listed = 0
        self.detector = ProviderDetector(client_answered_by(self._answer), oauth=WITH_CLIENT)

    def list_connectors(self, *providers: str) -> None:
        data = [{"name": key, "provider": key} for key in providers]
        self.connectors: httpx.Response | Exception = httpx.Response(200, json={"data": data})

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("detect"):
            self.asked.append(request.url.params["email"])
            answer = self.detection
        else:
            self.listed += 1
            answer = self.connectors
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, content=answer.content)


@pytest.fixture
def no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is too old at once."""
    for name in ("CONNECTORS_SECONDS", "FOUND_SECONDS", "NOT_FOUND_SECONDS"):
        monkeypatch.setattr(detection, name, -1)
    monkeypatch.setattr(detection, "_AFTER_FAILURE_SECONDS", -1)


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
    assert detection.NOT_FOUND_SECONDS < detection.FOUND_SECONDS


@pytest.mark.usefixtures("no_memory")
def test_what_is_too_old_is_asked_for_again() -> None:
    nylas = Nylas()
    for _ in range(3):
        assert nylas.detector.detect("a@ex.org") == "imap"
    assert (len(nylas.asked), nylas.listed) == (3, 3)


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_trouble_with_detection_means_not_known_and_is_not_remembered(trouble: Any) -> None:
    nylas = Nylas()
    good, nylas.detection = nylas.detection, trouble
    assert nylas.detector.detect("a@ex.org") == ""
    nylas.detection = good
    assert nylas.detector.detect("a@ex.org") == "imap"


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


def test_a_connector_that_comes_later_is_offered_for_domains_known_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(detection, "CONNECTORS_SECONDS", -1)
    nylas = Nylas(provider="google", connectors=("imap",))
    assert nylas.detector.detect("a@ex.org") == ""
    nylas.list_connectors("imap", "google")
    assert nylas.detector.detect("a@ex.org") == "google"
    assert len(nylas.asked) == 1


def test_providers_are_offered_in_our_order() -> None:
    assert Nylas(connectors=tuple(reversed(EVERY))).detector.offered() == EVERY


@pytest.mark.usefixtures("no_memory")
@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_the_last_list_of_connectors_stays_while_nylas_does_not_tell(trouble: Any) -> None:
    nylas = Nylas(connectors=("google", "imap"))
    before = nylas.detector.offered()
    nylas.connectors = trouble
    assert nylas.detector.offered() == before


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_while_nylas_never_told_whatever_takes_a_password_is_offered(trouble: Any) -> None:
    nylas = Nylas()
    nylas.connectors = trouble
    assert nylas.detector.offered() == WITH_PASSWORD
    calls = nylas.listed
    assert nylas.detector.detect("a@ex.org") == "imap"
    assert nylas.listed == calls, "not asked again at once"


@pytest.mark.usefixtures("no_memory")
def test_a_list_that_failed_is_asked_for_again() -> None:
    nylas = Nylas(connectors=("google",))
    good, nylas.connectors = nylas.connectors, httpx.Response(503)
    assert nylas.detector.offered() == WITH_PASSWORD
    nylas.connectors = good
    assert nylas.detector.offered() == ("google",)


def test_a_key_that_nylas_does_not_accept_is_an_error() -> None:
    nylas = Nylas()
    nylas.connectors = nylas.detection = httpx.Response(401)
    for _ in range(2):
        with pytest.raises(Refused):
            nylas.detector.offered()
        with pytest.raises(Refused):
            nylas.detector.detect("a@ex.org")
    nylas.list_connectors("imap")
    assert nylas.detector.offered() == ("imap",), "a mended key works at once"


def test_a_key_that_stops_working_is_noticed_by_detection() -> None:
    nylas = Nylas()
    nylas.detector.offered()
    nylas.connectors = nylas.detection = httpx.Response(401)
    with pytest.raises(Refused):
        nylas.detector.detect("a@ex.org")


def test_a_401_on_detection_alone_means_not_known() -> None:
    nylas = Nylas()
    nylas.detector.offered()
    nylas.detection = httpx.Response(401)
    assert nylas.detector.detect("a@ex.org") == ""
    assert nylas.listed == 2, "the key was tried"


def test_memory_is_bounded_and_the_oldest_domain_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(detection, "_MOST_DOMAINS", 5)
    nylas = Nylas()
    for number in range(20):
        nylas.detector.detect(f"a@{number}.test")
    assert len(nylas.detector._domains) == 5
    nylas.asked.clear()
    nylas.detector.detect("a@19.test")
    nylas.detector.detect("a@0.test")
    assert nylas.asked == ["a@0.test"]


def test_a_provider_without_a_client_is_not_offered_but_told() -> None:
    transport = Nylas(provider="google", connectors=("google", "imap"))
    client = transport.detector._client
    detector = ProviderDetector(client, oauth=())
    assert detector.offered() == ("imap",)
    assert detector.detect("someone@gmail.com") == "google"
