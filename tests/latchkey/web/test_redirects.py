"""Redirects: without a body, and named instead of followed to the page's own script."""

import pytest

from tests.pages import Visitor

BY_SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


def test_a_redirect_is_its_headers(visitor: Visitor) -> None:
    answers = [
        visitor.client.get("/connected"),
        visitor.client.post("/", data=visitor.get("/").fields() | {"email": "a@example.com"}),
    ]
    for answer, status in zip(answers, (302, 303), strict=True):
        assert (answer.status_code, answer.content) == (status, b"")
        assert "content-type" not in answer.headers
        assert "content-language" not in answer.headers


@pytest.mark.parametrize("email", ["someone@example.com", "someone@gmail.com", "someone@a.test"])
def test_a_script_is_told_where_to_go(visitor: Visitor, email: str) -> None:
    page = visitor.get("/")
    typed = page.fields() | {"email": email}
    followed = visitor.client.post("/", data=typed)
    named = visitor.client.post("/", data=typed, headers=BY_SCRIPT)
    assert (followed.status_code, named.status_code) == (303, 204)
    here, there = (answer.headers["location"].partition("?")[0] for answer in (followed, named))
    assert here == there
    assert not named.content
    assert visitor.get(named.headers["location"]).status == 200


def test_a_page_with_a_mistake_is_answered_as_ever(visitor: Visitor) -> None:
    page = visitor.get("/")
    typed = page.fields() | {"email": "someone@"}
    answer = visitor.client.post("/", data=typed, headers=BY_SCRIPT)
    assert answer.status_code == 422
    assert "<main" in answer.text
