"""What a request held goes when it ends, and not at the next run of the garbage collector."""

import gc
from collections.abc import Callable

import pytest
from flask import Request

from latchkey.web.forms import CredentialsForm
from tests.pages import Visitor

PEOPLE = ["someone", "wrong-password", "unreachable", "rate-limited", "outage", "broken-json"]


def held() -> int:
    """How many requests and forms, in which a password may be, are there."""
    return sum(isinstance(found, Request | CredentialsForm) for found in gc.get_objects())


@pytest.mark.parametrize("name", PEOPLE)
def test_no_request_and_no_form_outlives_its_answer(
    visit: Callable[..., Visitor], name: str
) -> None:
    visitor = visit()
    page = visitor.enter(f"{name}@example.com")
    fields = page.fields() | {"password": "a canary"}
    visitor.client.post(page.action(), data=fields)
    gc.collect()
    gc.disable()
    try:
        before = held()
        page = visitor.enter(f"{name}@example.com")
        fields = page.fields() | {"password": "another canary"}
        visitor.client.post(page.action(), data=fields)
        assert held() == before
    finally:
        gc.enable()
