"""Places where limits are counted."""

import pytest

from tests.servers import RedisServer


@pytest.fixture(params=["memory", "redis"])
def shared(request: pytest.FixtureRequest) -> dict[str, str]:
    """Where the limits are counted."""
    if request.param == "memory":
        return {}
    server: RedisServer = request.getfixturevalue("server")
    return {"REDIS_URL": server.url}
