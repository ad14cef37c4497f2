import base64
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latchkey.infra.sealing import SealBroken, Sealer

NEW, OLD, FOREIGN = ("one-key-of-the-tests", "another-key-of-the-tests", "a-key-of-somebody-else")
SEALER = Sealer([NEW], purpose="test")
EVERYTHING = st.text(st.characters(exclude_categories=[]))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=10,
)


@given(JSON)
@settings(deadline=None)
def test_what_was_sealed_can_be_opened(value: Any) -> None:
    assert SEALER.open(SEALER.seal(value), max_age=60) == value


@given(EVERYTHING)
def test_halves_of_characters_can_be_sealed_too(value: str) -> None:
    assert SEALER.open(SEALER.seal([value]), max_age=60) == [value]


@given(JSON)
@settings(deadline=None)
def test_a_seal_fits_into_cookies_and_addresses(value: Any) -> None:
    assert SEALER.seal(value).replace("=", "").replace("-", "").replace("_", "").isalnum()


def test_the_same_value_never_looks_the_same() -> None:
    assert len({SEALER.seal("value") for _ in range(100)}) == 100


def test_a_sealed_value_cannot_be_read() -> None:
    raw = base64.urlsafe_b64decode(SEALER.seal({"email": "someone@example.com"}))
    assert b"someone" not in raw
    assert b"email" not in raw


def refused(sealed: str, *, sealer: Sealer = SEALER, max_age: int = 60) -> bool:
    with pytest.raises(SealBroken) as caught:
        sealer.open(sealed, max_age=max_age)
    return not str(caught.value)


def test_a_value_for_another_purpose_stays_closed() -> None:
    assert refused(SEALER.seal("value"), sealer=Sealer([NEW], purpose="other"))


def test_a_value_of_another_key_stays_closed() -> None:
    assert refused(Sealer([FOREIGN], purpose="test").seal("value"))


def test_a_value_that_is_too_old_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_000_000)
    sealed = SEALER.seal("value")
    monkeypatch.setattr("time.time", lambda: 1_000_060)
    assert SEALER.open(sealed, max_age=60) == "value"
    monkeypatch.setattr("time.time", lambda: 1_000_061)
    assert refused(sealed)


def test_a_value_of_the_far_future_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_000_000)
    sealed = SEALER.seal("value")
    monkeypatch.setattr("time.time", lambda: 990_000)
    assert refused(sealed)


@pytest.mark.parametrize("place", range(0, 140, 7))
def test_a_changed_value_stays_closed(place: int) -> None:
    sealed = SEALER.seal({"email": "someone@example.com"})
    other = "A" if sealed[place] != "A" else "B"
    assert refused(sealed[:place] + other + sealed[place + 1 :])
    assert refused(sealed[:place])


@given(EVERYTHING)
@settings(deadline=None)
def test_garbage_stays_closed(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize("text", ["", "\ud800", "ä", "%ff", "\0", "A" * 100_000, "gAAAAA=="])
def test_odd_texts_stay_closed(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize("raw", [b"", b"{}", zlib.compress(b"{"), zlib.compress(b"\xff")])
def test_a_value_that_is_no_json_stays_closed(raw: bytes) -> None:
    assert refused(SEALER._fernet.encrypt(raw).decode())


def test_a_former_key_still_opens_but_no_longer_seals() -> None:
    both = Sealer([NEW, OLD], purpose="test")
    former = Sealer([OLD], purpose="test")
    assert both.open(former.seal("value"), max_age=60) == "value"
    assert refused(both.seal("value"), sealer=former)
    assert SEALER.open(both.seal("value"), max_age=60) == "value"


def test_without_its_fallback_a_former_key_opens_nothing() -> None:
    assert refused(Sealer([OLD], purpose="test").seal("value"))
