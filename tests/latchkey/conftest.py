"""What several tests of the parts begin with."""

from collections.abc import Iterator

import pytest

from tests.latchkey.webhook_receiver import Company, company
from tests.servers import RedisServer, redis


@pytest.fixture
def firm() -> Iterator[Company]:
    """A company that wants to be told, and the processes of its sign-in page."""
    with company() as made:
        yield made


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A Redis of one's own."""
    with redis() as running:
        yield running
