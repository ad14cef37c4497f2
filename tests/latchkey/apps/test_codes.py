import base64
import contextlib
import dataclasses
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from latchkey.apps import AuthorizationCodes, CodeRefused, Ticket
from latchkey.apps.codes import CODE_SECONDS
from latchkey.infra.marks import MarksUnavailable, open_marks
from latchkey.infra.sealing import Sealer
from latchkey.infra.store import Store
from tests.conftest import SECRET, Clock
from tests.servers import RedisServer
from tests.stores import store_at

NOWHERE = Path("/dev/null/state")

FIELDS: dict[str, Any] = {
    "grant_id": "grant-1",
    "email": "someone@example.com",
    "provider": "imap",
    "reconnected": False,
    "client_id": "app-1",
    "redirect_uri": "https://app.example.com/callback",
    "challenge": "",
    "method": "",
}


def ticket(**changes: Any) -> Ticket:
    return Ticket(**FIELDS | changes)


def codes_of(
    store: Store | None = None, *keys: str, folder: Path | None = None, processes: int = 1
) -> AuthorizationCodes:
    marks = open_marks(
        store or Store(), folder or NOWHERE, processes=processes, keep=folder is not None
    )
    return AuthorizationCodes(Sealer(keys or [SECRET], purpose="code"), marks)


def test_a_code_is_read_as_it_was_issued() -> None:
    codes, issued = codes_of(), ticket(reconnected=True, challenge="c", method="plain")
    assert codes.read(codes.issue(issued)) == issued


def test_a_code_is_good_once() -> None:
    codes = codes_of()
    code = codes.issue(ticket())
    read = codes.read(code)
    assert not codes.is_spent(read.id)
    codes.use(read)
    with pytest.raises(CodeRefused):
        codes.read(code)
    assert codes.is_spent(read.id)
    assert not codes.is_spent(ticket().id)


def test_who_read_it_in_time_and_comes_second_is_refused() -> None:
    codes = codes_of()
    code = codes.issue(ticket())
    first, second = codes.read(code), codes.read(code)
    codes.use(first)
    with pytest.raises(CodeRefused):
        codes.use(second)


def test_a_code_that_came_to_nothing_is_good_again() -> None:
    codes = codes_of()
    code = codes.issue(ticket())
    read = codes.read(code)
    codes.use(read)
    codes.release(read)
    codes.use(codes.read(code))


def test_two_codes_for_one_account_do_not_spend_each_other() -> None:
    codes = codes_of()
    first, second = codes.issue(ticket()), codes.issue(ticket())
    assert first != second
    codes.use(codes.read(first))
    codes.use(codes.read(second))


def test_a_code_is_good_for_a_minute(wait: Clock) -> None:
    codes = codes_of()
    code = codes.issue(ticket())
    wait(CODE_SECONDS)
    codes.read(code)
    wait(1)
    with pytest.raises(CodeRefused):
        codes.read(code)
    assert CODE_SECONDS == 60


def test_that_a_code_was_used_is_remembered_for_longer_than_it_is_good(wait: Clock) -> None:
    codes = codes_of()
    code = codes.issue(ticket())
    read = codes.read(code)
    codes.use(read)
    wait(CODE_SECONDS + 3600)
    with pytest.raises(CodeRefused):
        codes.use(read)


def test_all_codes_of_one_sign_in_are_used_up_together() -> None:
    codes, issued = codes_of(), ticket()
    first, second = codes.issue(issued), codes.issue(issued)
    codes.use(codes.read(second))
    with pytest.raises(CodeRefused):
        codes.read(first)


def test_a_restart_does_not_make_a_used_code_good(tmp_path: Path) -> None:
    codes = codes_of(folder=tmp_path)
    code = codes.issue(ticket())
    codes.use(codes.read(code))
    with pytest.raises(CodeRefused):
        codes_of(folder=tmp_path).read(code)


def test_where_a_restart_forgets_marks_it_voids_the_codes_too(wait: Clock) -> None:
    code = codes_of(folder=NOWHERE).issue(ticket())
    wait(2)
    after = codes_of(folder=NOWHERE)
    with pytest.raises(CodeRefused):
        after.read(code)
    after.use(after.read(after.issue(ticket())))


def test_processes_without_a_common_place_use_no_code() -> None:
    codes = codes_of(folder=NOWHERE, processes=2)
    with pytest.raises(MarksUnavailable):
        codes.read(codes.issue(ticket()))


@pytest.mark.parametrize("place", [0, 1, 8, 20, 50, 100, 150, -50, -10])
def test_a_changed_code_is_refused(place: int) -> None:
    codes = codes_of()
    letters = list(codes.issue(ticket()))
    letters[place] = "A" if letters[place] != "A" else "B"
    with pytest.raises(CodeRefused):
        codes.read("".join(letters))


@pytest.mark.parametrize(
    "odd", ["", "a", "gAAAAA", "ü€😀", "\udcff", "\x00", "=" * 99, "a" * 60_000]
)
def test_what_is_no_code_is_refused(odd: str) -> None:
    with pytest.raises(CodeRefused):
        codes_of().read(odd)


def test_what_was_sealed_for_something_else_is_no_code() -> None:
    fields = dataclasses.asdict(ticket())
    for purpose in ("flow", "session", "submission"):
        with pytest.raises(CodeRefused):
            codes_of().read(Sealer([SECRET], purpose=purpose).seal(fields))


@pytest.mark.parametrize("contents", [None, 7, "text", [], {}, {"grant_id": "grant-1"}])
def test_a_code_of_another_version_is_refused(contents: object) -> None:
    with pytest.raises(CodeRefused):
        codes_of().read(Sealer([SECRET], purpose="code").seal(contents))


def test_a_code_reveals_nothing() -> None:
    issued = ticket(email="private.person@example.com", challenge="challenge-1", method="plain")
    raw = base64.urlsafe_b64decode(codes_of().issue(issued))
    words = [*FIELDS, "private", "example", "grant-1", "app-1", "https", "challenge-1", issued.id]
    assert not [word for word in words if word.encode() in raw]


def test_a_code_fits_into_an_address() -> None:
    long = ticket(email="a" * 254, redirect_uri=f"https://app.example.com/{'b' * 200}")
    assert len(codes_of().issue(long)) < 1000
    with_state = dataclasses.replace(long, state="s" * 256, visit="v" * 16)
    assert len(codes_of().issue(with_state)) < 1500


def test_secret_keys_can_be_changed_while_codes_are_on_their_way() -> None:
    new = SECRET[::-1]
    code = codes_of().issue(ticket())
    assert codes_of(None, new, SECRET).read(code).grant_id == "grant-1"
    # And the other way round, as while instances are restarted one by one.
    code = codes_of(None, new, SECRET).issue(ticket())
    assert codes_of(None, SECRET, new).read(code).grant_id == "grant-1"
    with pytest.raises(CodeRefused):
        codes_of().read(code)


@pytest.mark.redis
class TestTwoProcesses:
    """They know of each other through Redis."""

    @pytest.fixture
    def both(
        self, two_stores: tuple[Store, Store]
    ) -> tuple[AuthorizationCodes, AuthorizationCodes]:
        return codes_of(two_stores[0]), codes_of(two_stores[1])

    def test_a_code_that_one_used_is_no_good_for_the_other(
        self, both: tuple[AuthorizationCodes, AuthorizationCodes]
    ) -> None:
        one, other = both
        code = one.issue(ticket())
        other.use(other.read(code))
        with pytest.raises(CodeRefused):
            one.read(code)

    def test_of_many_at_once_one_gets_it(
        self, both: tuple[AuthorizationCodes, AuthorizationCodes]
    ) -> None:
        with ThreadPoolExecutor(8) as pool:
            for _ in range(20):
                read = both[0].read(both[1].issue(ticket()))
                used = pool.map(lambda number, read=read: uses(both[number % 2], read), range(8))
                assert sum(used) == 1

    def test_what_one_released_the_other_can_use(
        self, both: tuple[AuthorizationCodes, AuthorizationCodes]
    ) -> None:
        one, other = both
        code = one.issue(ticket())
        read = one.read(code)
        one.use(read)
        one.release(read)
        other.use(other.read(code))

    def test_while_the_store_is_lost_no_code_is_used(self, server: RedisServer) -> None:
        with contextlib.closing(store_at(server.url)) as store:
            codes = codes_of(store)
            code = codes.issue(ticket())
            read = codes.read(code)
            with server.paused():
                for act in (lambda: codes.read(code), lambda: codes.use(read)):
                    with pytest.raises(MarksUnavailable):
                        act()


def uses(codes: AuthorizationCodes, read: Ticket) -> bool:
    try:
        codes.use(read)
    except CodeRefused:
        return False
    return True
