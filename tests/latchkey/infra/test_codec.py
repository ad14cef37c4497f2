from dataclasses import dataclass, field

import pytest

from latchkey.infra.codec import UnknownShape, from_json, to_json


@dataclass(frozen=True, kw_only=True)
class Inner:
    name: str
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outer:
    id: str
    inner: Inner | None = None
    typed: dict[str, str] = field(default_factory=dict)


WHOLE = Outer(id="a", inner=Inner(name="b", scopes=("c", "d")), typed={"e": "f"})


def test_a_value_comes_back_as_it_was() -> None:
    assert from_json(Outer, to_json(WHOLE)) == WHOLE


def test_defaults_take_no_room() -> None:
    assert to_json(Outer(id="a")) == {"id": "a"}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id": "a", "more": 1},
        {"id": "a", "inner": {"name": "b", "more": 1}},
        {"id": "a", "inner": []},
        {"id": "a", "inner": "text"},
        {"id": "a", "typed": [1]},
        {"id": "a", "inner": {"name": "b", "scopes": 1}},
        [],
        None,
        "text",
        1,
    ],
)
def test_what_another_version_wrote_is_refused(data: object) -> None:
    with pytest.raises(UnknownShape):
        from_json(Outer, data)
