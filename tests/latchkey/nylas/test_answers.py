"""What is left of an answer that is not JSON."""

import pytest

from latchkey.infra.errors import BadAnswer
from latchkey.infra.http import Answer
from latchkey.nylas.answers import read_json


def answer(status: int, body: bytes = b"<html>") -> Answer:
    return Answer(status=status, headers={}, body=body)


@pytest.mark.parametrize("status", [200, 201, 299])
def test_a_success_has_to_be_json(status: int) -> None:
    with pytest.raises(BadAnswer):
        read_json(answer(status))
    assert read_json(answer(status, b'{"a": 1}')) == {"a": 1}


@pytest.mark.parametrize("status", [199, 300, 404, 502])
def test_anything_else_may_say_nothing(status: int) -> None:
    assert read_json(answer(status)) == {}
