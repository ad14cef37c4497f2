import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from latchkey.apps import LinkClaims, LinkRefused, SignedLinks
from latchkey.apps.links import LONGEST_SECONDS
from latchkey.connect import Connected, Failed, Outcome
from latchkey.infra.codec import from_json, to_json
from latchkey.infra.store import Store
from latchkey.nylas import Grant
from latchkey.problems import Problem
from latchkey.problems.apps import LINK_BROKEN, LINK_OLD, LINK_USED
from latchkey.problems.nylas import OTHER_ADDRESS, OUTCOME_UNKNOWN, WRONG_PASSWORD
from tests.conftest import KEY, Clock

EMAIL = "someone@example.com"
HOUR = 3600
PIN = LinkClaims(id="link-id-1", email=EMAIL, exp=2_000_000_000)


def links_of(store: Store | None = None, key: str = KEY) -> SignedLinks:
    return SignedLinks(key, store or Store())


def signed(payload: object, key: str = KEY) -> str:
    """A link as an app makes one by itself, by what the docs say of it."""
    text = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()
    made = hmac.new(key.encode(), b"latchkey-link:" + text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def payload(**changes: Any) -> dict[str, Any]:
    given = {"email": EMAIL, "exp": int(time.time()) + HOUR, "id": "random-id", **changes}
    return {name: value for name, value in given.items() if value is not None}


def why_refused(link: str, links: SignedLinks | None = None) -> Problem:
    with pytest.raises(LinkRefused) as raised:
        (links or links_of()).read(link)
    return raised.value.problem


def connected(email: str = EMAIL) -> Callable[[], Outcome]:
    return lambda: Connected(grant=Grant(id="grant-1", provider="imap", email=email))


def failed(problem: Problem = WRONG_PASSWORD) -> Callable[[], Outcome]:
    return lambda: Failed(problem=problem)


def problem_of(outcome: Outcome) -> Problem | None:
    return outcome.problem if isinstance(outcome, Failed) else None


def test_a_link_is_read_as_it_was_made() -> None:
    links = links_of()
    link_claims = links.read(links.make(EMAIL, provider="imap", seconds=HOUR))
    assert (link_claims.email, link_claims.provider) == (EMAIL, "imap")
    assert abs(link_claims.exp - time.time() - HOUR) < 5
    assert links.read(links.make(EMAIL, seconds=HOUR)).id != link_claims.id


def test_an_app_can_make_links_itself() -> None:
    link_claims = links_of().read(signed(payload(provider="google")))
    assert (link_claims.email, link_claims.provider, link_claims.id) == (
        EMAIL,
        "google",
        "random-id",
    )


def test_a_link_expires(wait: Clock) -> None:
    links = links_of()
    link = links.make(EMAIL, seconds=60)
    wait(59)
    links.read(link)
    wait(1)
    assert why_refused(link, links) is LINK_OLD


@pytest.mark.parametrize(
    "payload",
    [
        payload(email=None), payload(email=""), payload(email="a" * 255), payload(email=["a"]),
        payload(email={"a": 1}), payload(email=7), payload(exp=None), payload(exp="2000000000"),
        payload(exp=int(time.time()) + LONGEST_SECONDS + HOUR), payload(exp=float("inf")),
        payload(exp=float("nan")), payload(exp=[]), payload(id=None), payload(id="short"),
        payload(id="a" * 65), payload(id="not random!"), payload(id=12345678),
        payload(provider="aol"), payload(provider=["imap"]), payload(provider=None, more=1),
        [], "text", 7, {}, [EMAIL, 2_000_000_000, "random-id"],
    ],
    ids=range(25),
)  # fmt: skip
def test_a_link_that_does_not_say_what_it_should_is_broken(payload: object) -> None:
    assert why_refused(signed(payload)) is LINK_BROKEN


@pytest.mark.parametrize(
    "change",
    [
        lambda link: "",
        lambda link: ".",
        lambda link: link.partition(".")[0],
        lambda link: link.partition(".")[0] + ".",
        lambda link: "." + link.partition(".")[2],
        lambda link: link[:-2],
        lambda link: link + "A",
        lambda link: link + ".more",
        lambda link: link.replace(".", ".."),
        lambda link: link.swapcase(),
        lambda link: "A" + link,
        lambda link: link.partition(".")[0] + "=." + link.partition(".")[2],
        lambda link: link.partition(".")[0] + ".ü",
        lambda link: "ü" + link,
        lambda link: "\udcff" + link + "\udcff",
        lambda link: " " + link,
        lambda link: link + "\n",
        lambda link: signed(payload(), key="another-key"),
        lambda link: signed(payload(), key=""),
        lambda link: "a" * 60_000,
    ],
    ids=range(20),
)
def test_a_link_that_somebody_changed_is_broken(change: Callable[[str], str]) -> None:
    assert why_refused(change(links_of().make(EMAIL, seconds=HOUR))) is LINK_BROKEN


def test_what_was_signed_for_something_else_is_no_link() -> None:
    text = signed(payload()).partition(".")[0]
    made = hmac.new(KEY.encode(), text.encode(), hashlib.sha256).digest()
    link = f"{text}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"
    assert why_refused(link) is LINK_BROKEN


def test_a_link_connects_once() -> None:
    links = links_of()
    link = links.make(EMAIL, seconds=HOUR)
    link_claims = links.read(link)
    assert links.once(link_claims, connected()) == connected()()
    assert why_refused(link, links) is LINK_USED
    assert problem_of(links.once(link_claims, pytest.fail)) is LINK_USED


def test_a_link_whose_sign_in_failed_can_be_used_again() -> None:
    links = links_of()
    link = links.make(EMAIL, seconds=HOUR)
    for _ in range(3):
        assert problem_of(links.once(links.read(link), failed())) is WRONG_PASSWORD
    assert problem_of(links.once(links.read(link), connected())) is None


def test_a_link_whose_outcome_nobody_knows_counts_as_used() -> None:
    links = links_of()
    link = links.make(EMAIL, seconds=HOUR)
    assert problem_of(links.once(links.read(link), failed(OUTCOME_UNKNOWN))) is OUTCOME_UNKNOWN
    assert why_refused(link, links) is LINK_USED


def test_a_link_that_is_being_used_cannot_be_used_beside_it() -> None:
    links = links_of()

    def twice() -> Outcome:
        assert problem_of(links.once(PIN, pytest.fail)) is LINK_USED
        return connected()()

    assert problem_of(links.once(PIN, twice)) is None
    assert problem_of(links.once(PIN, pytest.fail)) is LINK_USED


def test_a_sign_in_that_breaks_off_does_not_use_the_link_up() -> None:
    links = links_of()

    def broken() -> Outcome:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        links.once(PIN, broken)
    assert problem_of(links.once(PIN, connected())) is None


@pytest.mark.parametrize("email", ["other@example.com", "someone@example.com.evil.example"])
def test_an_account_of_somebody_else_is_not_what_the_link_is_for(email: str) -> None:
    links = links_of()
    outcome = links.once(PIN, connected(email))
    assert isinstance(outcome, Failed)
    assert (outcome.problem, outcome.account) == (OTHER_ADDRESS, email)
    assert problem_of(links.once(PIN, connected())) is None, "it can be tried again"


@pytest.mark.parametrize("email", ["", "login-name", "SOMEONE@example.COM"])
def test_an_account_without_another_address_is_what_the_link_is_for(email: str) -> None:
    assert problem_of(links_of().once(PIN, connected(email))) is None


def test_without_a_link_nothing_is_counted() -> None:
    links = links_of()
    for _ in range(2):
        assert links.once(None, connected()) == connected()()


def test_the_claims_are_kept_in_the_cookie_whole() -> None:
    assert from_json(LinkClaims, json.loads(json.dumps(to_json(PIN)))) == PIN


@pytest.mark.redis
class TestTwoProcesses:
    """They know of each other through Redis."""

    @pytest.fixture
    def both(self, two_stores: tuple[Store, Store]) -> tuple[SignedLinks, SignedLinks]:
        return links_of(two_stores[0]), links_of(two_stores[1])

    def test_a_link_that_one_used_is_no_good_for_the_other(
        self, both: tuple[SignedLinks, SignedLinks]
    ) -> None:
        one, other = both
        link = one.make(EMAIL, seconds=HOUR)
        assert problem_of(one.once(one.read(link), connected())) is None
        assert why_refused(link, other) is LINK_USED

    def test_a_link_that_failed_at_one_is_good_at_the_other(
        self, both: tuple[SignedLinks, SignedLinks]
    ) -> None:
        one, other = both
        link_claims = one.read(one.make(EMAIL, seconds=HOUR))
        assert problem_of(one.once(link_claims, failed())) is WRONG_PASSWORD
        assert problem_of(other.once(link_claims, connected())) is None
        assert problem_of(one.once(link_claims, connected())) is LINK_USED

    def test_of_many_at_once_one_gets_through(self, both: tuple[SignedLinks, SignedLinks]) -> None:
        link_claims = both[0].read(both[0].make(EMAIL, seconds=HOUR))
        start = threading.Barrier(8)

        def slowly() -> Outcome:
            time.sleep(0.2)
            return connected()()

        def sign_in(number: int) -> Problem | None:
            start.wait(10)
            return problem_of(both[number % 2].once(link_claims, slowly))

        with ThreadPoolExecutor(8) as pool:
            problems = list(pool.map(sign_in, range(8)))
        assert problems.count(None) == 1
        assert problems.count(LINK_USED) == 7
