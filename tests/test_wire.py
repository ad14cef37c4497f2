"""What a sign-in in the sandbox costs over the wire, as the server itself sends it."""

from collections.abc import Iterator

import pytest

from tests.test_servers import gunicorn_ready
from tests.wire import FIRST_PAGE, JOURNEY, REQUESTS, Journey, size


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    with gunicorn_ready(tmp_path_factory.mktemp("wire"), app="app:create_app()") as (port, _):
        yield Journey(f"http://localhost:{port}")


def listed(journey: Journey) -> str:
    return "\n".join(map(str, journey.answers))


def test_the_first_page_is_light_and_asks_for_little(journey: Journey) -> None:
    assert len(journey.first) <= REQUESTS, listed(journey)
    assert size(journey.first) <= FIRST_PAGE, listed(journey)


def test_the_whole_way_to_the_confirmation_is_light(journey: Journey) -> None:
    assert size(journey.answers) <= JOURNEY, listed(journey)
