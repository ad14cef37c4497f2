"""Two processes that know of each other through Redis."""

import contextlib
from collections.abc import Iterator

import pytest

from latchkey.infra.store import Store
from tests.servers import redis
from tests.stores import store_at


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis() as server:
        yield server.url


@pytest.fixture
def two_stores(redis_url: str) -> Iterator[tuple[Store, Store]]:
    """The stores of both."""
    with (
        contextlib.closing(store_at(redis_url)) as one,
        contextlib.closing(store_at(redis_url)) as other,
    ):
        yield one, other
