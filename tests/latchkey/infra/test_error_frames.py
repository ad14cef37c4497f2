"""After a call that failed, nothing holds on to its callers, and with them to a password."""

import contextlib
import gc
import weakref
from collections.abc import Callable, Iterator

import pytest

from latchkey.infra.error_frames import forget_frames
from latchkey.infra.errors import OutcomeUnknown
from latchkey.infra.http import HttpClient
from latchkey.infra.store import Store, Vault
from tests.hostile import hostile, say

VAULT = Vault(["k" * 43], application="application")


@pytest.fixture(autouse=True)
def no_collection() -> Iterator[None]:
    """Without the garbage collector, what holds on to itself stays."""
    gc.disable()
    yield
    gc.enable()


class Password:
    """Something that a caller has in a variable."""


def is_held(call: Callable[[], object]) -> bool:
    """Whether the caller of ``call`` is still there when it has ended."""

    def caller() -> weakref.ref[Password]:
        typed = Password()
        call()
        return weakref.ref(typed)

    return caller()() is not None


@pytest.mark.parametrize(
    "answer", [b"no HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n"]
)
def test_by_an_answer_that_is_not_http(answer: bytes) -> None:
    def call() -> None:
        with contextlib.suppress(OutcomeUnknown):
            HttpClient().send("GET", server.url, seconds=5.0)

    with hostile(say(answer)) as server:
        assert not is_held(call)


def test_by_a_redis_that_is_gone() -> None:
    store = Store("redis://127.0.0.1:1/0", vault=VAULT, processes=1, address="")
    assert not is_held(lambda: store.get("key"))


def test_by_an_error_in_a_variable() -> None:
    def hold() -> None:
        error = RuntimeError()
        raise ValueError from error

    def keep_itself() -> None:
        kept = None
        try:
            hold()
        except ValueError as error:
            kept = error
        raise kept or AssertionError

    def call(forget: Callable[[BaseException], object]) -> None:
        try:
            keep_itself()
        except ValueError as error:
            forget(error)

    assert is_held(lambda: call(str))
    assert not is_held(lambda: call(forget_frames))
