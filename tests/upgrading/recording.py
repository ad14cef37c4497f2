"""What a version left in browsers, apps and Redis, in a file for the tests of later ones."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from redis import Redis

from tests.upgrading.scenarios import SCENARIOS, Person

RECORDED = Path(__file__).parent / "recorded.json"


def record(
    visitor: Callable[[], Person], shared: Mapping[str, str], version: str, file: Path
) -> None:
    """Begin every scenario, and write what is left of it.

    :param shared: settings; names in Redis depend on Nylas's address, too.
    """
    carried = {name: scenario.begin(visitor()) for name, scenario in SCENARIOS.items()}
    with Redis.from_url(shared["REDIS_URL"]) as server:
        left = {name.decode(): _text(server.dump(name)) for name in server.keys("latchkey:*")}
    content = {
        "version": version, "at": int(time.time()), "nylas": shared["NYLAS_API_URI"],
        "carried": carried, "redis": left,
    }  # fmt: skip
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def recorded() -> dict[str, Any]:
    """The content of the file that is kept."""
    content: dict[str, Any] = json.loads(RECORDED.read_text())
    return content


def restore(left: dict[str, str], redis_url: str) -> None:
    """Put into Redis what was there."""
    with Redis.from_url(redis_url) as server:
        for name, value in left.items():
            server.restore(name, 3_600_000, base64.b64decode(value))


def _text(value: object) -> str:
    assert isinstance(value, bytes)
    return base64.b64encode(value).decode()
