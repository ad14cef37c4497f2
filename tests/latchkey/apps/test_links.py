import contextlib
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given

from latchkey.apps import LinkClaims, LinkRefused, SignedLinks
from latchkey.apps.link_claims import LONGEST_SECONDS
from latchkey.connect import Connected, Failed, Outcome
from latchkey.infra import logs
from latchkey.infra.codec import from_json, to_json
from latchkey.infra.marks import UsedMarks, open_marks
from latchkey.infra.store import Store
from latchkey.nylas import Grant
from latchkey.problems import Problem
from latchkey.problems.apps import (
    LINK_BROKEN,
    LINK_IN_USE,
    LINK_OFF,
    LINK_OLD,
    LINK_USED,
    LINK_WAITS,
)
from latchkey.problems.mailbox import ACCOUNT_MISMATCH, ADDRESS_UNKNOWN
from latchkey.problems.nylas import OTHER_ADDRESS, OUTCOME_UNKNOWN, WRONG_PASSWORD
from tests.conftest import LINK_KEY, Clock
from tests.latchkey.odd_json import changed
from tests.servers import RedisServer
from tests.stores import store_at

EMAIL = "someone@example.com"
HOUR = 3600
CLAIMS = LinkClaims(id="link-id-1", email=EMAIL, exp=2_000_000_000)
NOWHERE = Path("/dev/null/state")


def links_of(*keys: str, store: Store | None = None, folder: Path | None = None) -> SignedLinks:
    marks = open_marks(store or Store(), folder or NOWHERE, processes=1, keep=folder is not None)
    return SignedLinks(keys or (LINK_KEY,), marks)


def signed(payload: object, key: str = LINK_KEY, **more: Any) -> str:
    """A link as an app makes one by itself, by what the docs say of it."""
    return jwt.PyJWS().encode(json.dumps(payload).encode(), key, algorithm="HS256", **more)


def payload(**changes: Any) -> dict[str, Any]:
    given = {"email": EMAIL, "exp": int(time.time()) + HOUR, "jti": "random-id"}
    given |= {"aud": "latchkey-link", **changes}
    return {name: value for name, value in given.items() if value is not None}


def why_refused(link: str, links: SignedLinks | None = None) -> Problem:
    with pytest.raises(LinkRefused) as raised:
        (links or links_of()).read(link)
    refused = raised.value
    assert (refused.claims is None) is (refused.problem in (LINK_OFF, LINK_BROKEN))
    assert refused.back == "", "only the page knows"
    return refused.problem


def connected(email: str = EMAIL) -> Callable[[], Outcome]:
    return lambda: Connected(grant=Grant(id="grant-1", provider="imap", email=email))


def failed(problem: Problem = WRONG_PASSWORD) -> Callable[[], Outcome]:
    return lambda: Failed(problem=problem)


OTHER_MAILBOX = (
    Failed(problem=ACCOUNT_MISMATCH),
    Failed(problem=OTHER_ADDRESS),
    Failed(problem=ADDRESS_UNKNOWN, mismatch=True),
)


def problem_of(outcome: Outcome) -> Problem | None:
    return outcome.problem if isinstance(outcome, Failed) else None


def test_a_link_is_read_as_it_was_made() -> None:
    links = links_of()
    link_claims = links.read(links.make(EMAIL, provider="imap", seconds=HOUR))
    assert (link_claims.email, link_claims.provider) == (EMAIL, "imap")
    assert abs(link_claims.exp - time.time() - HOUR) < 5
    assert links.read(links.make(EMAIL, seconds=HOUR)).id != link_claims.id


def test_an_app_can_make_links_itself() -> None:
    more = {"state": "s 1", "redirect_uri": "https://app.example.com/a?b", "brand": "north"}
    more |= {"locale": "pt-BR", "theme": "dark"}
    claims = links_of().read(signed(payload(provider="google", iat=7, iss="the app", **more)))
    assert (claims.email, claims.provider) == (EMAIL, "google")
    assert {name: getattr(claims, name) for name in more} == more


def test_the_id_of_a_link_is_not_its_jti_and_depends_on_the_key() -> None:
    other = "another-l1nk-Key-0f-thirty-two-letters"
    ids = [links_of(key).read(signed(payload(), key)).id for key in (LINK_KEY, LINK_KEY, other)]
    assert ids[0] == ids[1] != ids[2]
    assert "random-id" not in ids


def test_what_was_used_before_an_update_is_used_after_it() -> None:
    assert links_of().read(signed(payload())).id == "10b61082ee68dcde45d930ecbd7aa611"


def test_a_link_may_name_its_kind_and_its_key() -> None:
    link = signed(payload(), headers={"alg": "HS256", "typ": "JWT", "kid": "of our app"})
    assert links_of().read(link).email == EMAIL


def test_a_link_may_name_its_audience_in_a_list_of_one() -> None:
    # golang-jwt and jjwt write no other, unless told to.
    assert links_of().read(signed(payload(aud=["latchkey-link"]))).email == EMAIL


def test_a_link_may_say_since_when_it_is_good_by_a_clock_that_is_ahead() -> None:
    # .NET's libraries always do.
    assert links_of().read(signed(payload(nbf=int(time.time()) + 30))).email == EMAIL


def test_a_clock_that_is_ahead_makes_no_link_useless() -> None:
    assert links_of().read(signed(payload(iat=int(time.time()) + HOUR))).email == EMAIL


def test_a_former_key_is_good_for_what_it_signed_and_signs_nothing_new() -> None:
    new = "another-l1nk-Key-0f-thirty-two-letters"
    links = links_of(new, LINK_KEY)
    old_link = links_of().make(EMAIL, seconds=HOUR)
    assert problem_of(links.redeem(links.read(old_link), connected())) is None
    assert why_refused(old_link, links) is LINK_USED
    assert links_of(new).read(links.make(EMAIL, seconds=HOUR)).email == EMAIL


def test_without_a_key_no_link_works() -> None:
    links = SignedLinks((), open_marks(Store(), NOWHERE, processes=1, keep=False))
    assert links.trouble == "LINK_KEY is not set"
    for key in (LINK_KEY, LINK_KEY[::-1]):
        assert why_refused(signed(payload(), key), links) is LINK_OFF


def test_a_link_expires(wait: Clock) -> None:
    links = links_of()
    link = links.make(EMAIL, seconds=60)
    wait(59)
    links.read(link)
    wait(1)
    assert why_refused(link, links) is LINK_OLD


def test_an_old_link_still_says_whom_it_was_for() -> None:
    with pytest.raises(LinkRefused) as raised:
        links_of().read(signed(payload(exp=1_000_000_000)))
    assert raised.value.problem is LINK_OLD
    assert raised.value.claims is not None
    assert raised.value.claims.email == EMAIL


def test_a_link_is_good_for_thirty_days_at_most(wait: Clock) -> None:
    links = links_of()
    assert links.read(links.make(EMAIL, seconds=LONGEST_SECONDS)).email == EMAIL
    assert why_refused(links.make(EMAIL, seconds=LONGEST_SECONDS + 1), links) is LINK_BROKEN
    assert LONGEST_SECONDS == 30 * 24 * HOUR


@pytest.mark.parametrize(
    "payload",
    [
        payload(email=None), payload(email=""), payload(email="a" * 255), payload(email=["a"]),
        payload(email={"a": 1}), payload(email=7), payload(exp=None), payload(exp="2000000000"),
        payload(exp=int(time.time()) + LONGEST_SECONDS + HOUR), payload(exp=float("inf")),
        payload(exp=float("nan")), payload(exp=[]), payload(exp=True), payload(exp=10**400),
        payload(jti=None), payload(jti="short"), payload(jti="a" * 129),
        payload(jti="not random!"), payload(jti=12345678), payload(provider="aol"),
        payload(provider=["imap"]), payload(provider=None, more=1), payload(redirectUri="x"),
        payload(aud=None), payload(aud="another"), payload(aud=[["latchkey-link"]]),
        payload(aud=["latchkey-link", "another"]), payload(state=7), payload(state="s" * 257),
        payload(redirect_uri=["x"]), payload(redirect_uri="https://a b"), payload(brand="../x"),
        payload(nbf=int(time.time()) + HOUR), payload(nbf="now"), payload(nbf=[]),
        payload(nbf=float("inf")), payload(iss=7), payload(id="random-id-2"),
        [], "text", 7, {}, None, [EMAIL, 2_000_000_000, "random-id"],
    ],
    ids=range(44),
)  # fmt: skip
def test_a_link_that_does_not_say_what_it_should_is_broken(payload: object) -> None:
    assert why_refused(signed(payload)) is LINK_BROKEN


@pytest.mark.parametrize(
    "change",
    [
        lambda link: "",
        lambda link: ".",
        lambda link: "..",
        lambda link: link.rpartition(".")[0],
        lambda link: link.rpartition(".")[0] + ".",
        lambda link: "." + link.rpartition(".")[2],
        lambda link: link[:-2],
        lambda link: link + "AAAA",
        lambda link: link + ".more",
        lambda link: link.replace(".", ".."),
        lambda link: link.swapcase(),
        lambda link: "A" + link,
        lambda link: link.rpartition(".")[0] + ".ü",
        lambda link: "ü" + link,
        lambda link: "\udcff" + link + "\udcff",
        lambda link: signed(payload(), key="another-key-that-is-long-enough-for-it"),
        lambda link: jwt.encode(payload(), LINK_KEY, algorithm="HS512"),
        lambda link: jwt.encode(payload(), "", algorithm="none"),
        lambda link: signed(payload(), headers={"crit": ["exp"], "exp": 7}),
        lambda link: signed(payload(), headers={"jku": "https://evil.example/keys"}),
        lambda link: "a" * 60_000,
        lambda link: "." * 60_000,
    ],
    ids=range(22),
)
def test_a_link_that_was_changed_is_broken(change: Callable[[str], str]) -> None:
    assert why_refused(change(links_of().make(EMAIL, seconds=HOUR))) is LINK_BROKEN


def test_the_spelling_of_base64_makes_no_second_link_of_one() -> None:
    links = links_of()
    link = links.make(EMAIL, seconds=HOUR)
    links.redeem(links.read(link), connected())
    for other in (link + "=", link + "\n", " " + link, link.replace(".", "=.")):
        assert why_refused(other, links) in (LINK_BROKEN, LINK_USED)


def test_a_link_connects_once() -> None:
    links = links_of()
    link = links.make(EMAIL, seconds=HOUR)
    link_claims = links.read(link)
    assert links.redeem(link_claims, connected()) == connected()()
    assert why_refused(link, links) is LINK_USED
    assert problem_of(links.redeem(link_claims, pytest.fail)) is LINK_USED


def test_a_link_whose_sign_in_failed_can_be_used_again() -> None:
    links = links_of()
    link = links.make(EMAIL, seconds=HOUR)
    for _ in range(3):
        assert problem_of(links.redeem(links.read(link), failed())) is WRONG_PASSWORD
    assert problem_of(links.redeem(links.read(link), connected())) is None


def test_a_link_whose_outcome_nobody_knows_counts_as_used() -> None:
    links = links_of()
    link = links.make(EMAIL, seconds=HOUR)
    assert problem_of(links.redeem(links.read(link), failed(OUTCOME_UNKNOWN))) is OUTCOME_UNKNOWN
    assert why_refused(link, links) is LINK_USED


def test_a_link_that_is_being_used_cannot_be_used_beside_it() -> None:
    links = links_of()

    def twice() -> Outcome:
        assert problem_of(links.redeem(CLAIMS, pytest.fail)) is LINK_USED
        return connected()()

    assert problem_of(links.redeem(CLAIMS, twice)) is None
    assert problem_of(links.redeem(CLAIMS, pytest.fail)) is LINK_USED


@pytest.mark.parametrize("outcome", [connected()(), failed(OUTCOME_UNKNOWN)()])
def test_who_opens_a_link_that_is_being_used_is_asked_to_wait(outcome: Outcome) -> None:
    links = links_of()
    link = links.make(EMAIL, seconds=HOUR)
    meanwhile: list[Problem] = []

    def slowly(ended: Outcome) -> Outcome:
        meanwhile.append(why_refused(link, links))
        return ended

    links.redeem(links.read(link), lambda: slowly(failed()()))
    links.redeem(links.read(link), lambda: slowly(outcome))
    assert meanwhile == [LINK_IN_USE, LINK_IN_USE]
    assert why_refused(link, links) is LINK_USED


def test_what_never_ends_because_its_process_was_killed_leaves_the_link_used(wait: Clock) -> None:
    links = links_of()
    link = links.make(EMAIL, seconds=HOUR)

    def never_ends() -> Outcome:
        wait(299)
        assert why_refused(link, links) is LINK_IN_USE
        wait(2)
        assert why_refused(link, links) is LINK_USED
        assert problem_of(links.redeem(claims, pytest.fail)) is LINK_USED
        return failed(OUTCOME_UNKNOWN)()

    claims = links.read(link)
    links.redeem(claims, never_ends)


def test_a_sign_in_that_breaks_off_does_not_use_the_link_up() -> None:
    links = links_of()

    def broken() -> Outcome:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        links.redeem(CLAIMS, broken)
    assert problem_of(links.redeem(CLAIMS, connected())) is None


@pytest.mark.parametrize("outcome", OTHER_MAILBOX)
def test_after_three_accounts_that_were_not_its_own_a_link_is_spent(outcome: Outcome) -> None:
    links = links_of()
    for _ in range(3):
        assert links.redeem(CLAIMS, lambda: outcome) is outcome
    assert problem_of(links.redeem(CLAIMS, pytest.fail)) is LINK_USED


@pytest.mark.parametrize("outcome", OTHER_MAILBOX)
def test_after_two_accounts_that_were_not_its_own_a_link_still_connects_its_own(
    outcome: Outcome,
) -> None:
    links = links_of()
    for _ in range(2):
        assert links.redeem(CLAIMS, lambda: outcome) is outcome
    assert problem_of(links.redeem(CLAIMS, connected())) is None


def test_the_same_submission_again_is_no_other_account() -> None:
    links = links_of()
    mismatch = failed(OTHER_ADDRESS)
    for _ in range(4):
        assert links.redeem(CLAIMS, mismatch, submission="one") == mismatch()
    for name in ("two", "three"):
        assert links.redeem(CLAIMS, mismatch, submission=name) == mismatch()
    assert problem_of(links.redeem(CLAIMS, pytest.fail, submission="four")) is LINK_USED


def test_each_link_counts_the_accounts_that_were_not_its_own_by_itself() -> None:
    links = links_of()
    for number in range(4):
        claims = LinkClaims(id=f"link-id-{number}", email=EMAIL, exp=2_000_000_000)
        links.redeem(claims, failed(OTHER_ADDRESS))
        assert problem_of(links.redeem(claims, connected())) is None


def test_where_no_mark_can_be_left_links_wait_and_say_how_long() -> None:
    links = SignedLinks([LINK_KEY], UsedMarks(None))
    assert why_refused(links.make(EMAIL, seconds=HOUR), links) is LINK_WAITS
    waits = Failed(problem=LINK_WAITS, detail="marks unavailable", wait=60)
    assert links.redeem(CLAIMS, pytest.fail) == waits


def test_a_submission_that_arrives_twice_gets_the_first_ones_outcome() -> None:
    links = links_of()
    first = links.redeem(CLAIMS, connected())
    assert links.redeem(CLAIMS, pytest.fail, lambda: first) is first
    used = Failed(problem=LINK_USED, detail="link used")
    assert links.redeem(CLAIMS, pytest.fail, lambda: None) == used


def test_without_a_link_nothing_is_counted() -> None:
    links = links_of()
    for _ in range(2):
        assert links.redeem(None, connected()) == connected()()


def test_the_claims_are_kept_in_the_cookie_whole() -> None:
    assert from_json(LinkClaims, json.loads(json.dumps(to_json(CLAIMS)))) == CLAIMS


@pytest.mark.redis
class TestTwoProcesses:
    """They know of each other through Redis."""

    @pytest.fixture
    def both(self, two_stores: tuple[Store, Store]) -> tuple[SignedLinks, SignedLinks]:
        return links_of(store=two_stores[0]), links_of(store=two_stores[1])

    def test_a_link_that_one_used_is_no_good_for_the_other(
        self, both: tuple[SignedLinks, SignedLinks]
    ) -> None:
        one, other = both
        link = one.make(EMAIL, seconds=HOUR)
        assert problem_of(one.redeem(one.read(link), connected())) is None
        assert why_refused(link, other) is LINK_USED

    def test_a_link_that_failed_at_one_is_good_at_the_other(
        self, both: tuple[SignedLinks, SignedLinks]
    ) -> None:
        one, other = both
        link_claims = one.read(one.make(EMAIL, seconds=HOUR))
        assert problem_of(one.redeem(link_claims, failed())) is WRONG_PASSWORD
        assert problem_of(other.redeem(link_claims, connected())) is None
        assert problem_of(one.redeem(link_claims, connected())) is LINK_USED

    def test_of_many_at_once_one_gets_through(self, both: tuple[SignedLinks, SignedLinks]) -> None:
        link_claims = both[0].read(both[0].make(EMAIL, seconds=HOUR))
        start = threading.Barrier(8)

        def slowly() -> Outcome:
            time.sleep(0.2)
            return connected()()

        def sign_in(number: int) -> Problem | None:
            start.wait(10)
            return problem_of(both[number % 2].redeem(link_claims, slowly))

        with ThreadPoolExecutor(8) as pool:
            problems = list(pool.map(sign_in, range(8)))
        assert problems.count(None) == 1
        assert problems.count(LINK_USED) == 7

    def test_a_link_that_one_is_using_waits_at_the_other(
        self, both: tuple[SignedLinks, SignedLinks]
    ) -> None:
        one, other = both
        link = one.make(EMAIL, seconds=HOUR)

        def meanwhile() -> Outcome:
            assert why_refused(link, other) is LINK_IN_USE
            assert problem_of(other.redeem(other_claims, pytest.fail)) is LINK_USED
            return failed()()

        other_claims = other.read(link)
        one.redeem(one.read(link), meanwhile)
        assert problem_of(other.redeem(other.read(link), connected())) is None
        assert why_refused(link, one) is LINK_USED

    def test_while_the_store_is_lost_links_wait_and_stay_good(self, server: RedisServer) -> None:
        with contextlib.closing(store_at(server.url)) as store:
            links = links_of(store=store)
            link = links.make(EMAIL, seconds=HOUR)
            claims = links.read(link)
            with server.paused():
                assert why_refused(link, links) is LINK_WAITS
                outcome = links.redeem(claims, pytest.fail)
                assert problem_of(outcome) is LINK_WAITS
                assert isinstance(outcome, Failed)
                assert outcome.wait > 0
            time.sleep(1.1)
            assert problem_of(links.redeem(links.read(link), connected())) is None

    def test_what_cannot_be_released_stays_used_up(
        self, server: RedisServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        logged: list[str] = []
        monkeypatch.setattr(logs, "event", lambda name, **more: logged.append(str(more)))
        with contextlib.closing(store_at(server.url)) as store:
            links = links_of(store=store)
            claims = links.read(links.make(EMAIL, seconds=HOUR))

            def lose_redis() -> Outcome:
                server.stop()
                return failed()()

            outcome = links.redeem(claims, lose_redis)
            server.start()
            assert problem_of(outcome) is WRONG_PASSWORD
            assert any("link spent" in line and "marks unavailable" in line for line in logged)


def test_a_restart_does_not_make_a_used_link_good(tmp_path: Path) -> None:
    links = links_of(folder=tmp_path)
    link = links.make(EMAIL, seconds=HOUR)
    assert problem_of(links.redeem(links.read(link), connected())) is None
    assert why_refused(link, links_of(folder=tmp_path)) is LINK_USED


def test_where_a_restart_would_forget_links_are_refused() -> None:
    links = SignedLinks((LINK_KEY,), open_marks(Store(), NOWHERE, processes=1, keep=True))
    assert "STATE_DIR" in links.trouble
    assert why_refused(links.make(EMAIL, seconds=HOUR), links) is LINK_WAITS


USUAL = {**payload(), "provider": "imap", "locale": "de", "brand": "b", "state": "s"}


@given(claims=changed(USUAL))
def test_any_claims_under_a_good_signature_are_read_or_refused(claims: Any) -> None:
    link = signed(claims)
    try:
        read = links_of().read(link)
    except LinkRefused:
        return
    assert isinstance(read, LinkClaims)


def test_what_was_carried_of_a_link_says_the_same() -> None:
    links = links_of()
    claims = links.read(signed(payload(provider="google", state="s 1")))
    assert links.read(links.carry(claims)) == claims
