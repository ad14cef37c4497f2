"""Drills: Redis is killed."""

import time
from pathlib import Path

import pytest

from tests.browser.nylas import Nylas
from tests.drills.drilled import PASSWORD, page
from tests.latchkey.webhook_receiver import eventually
from tests.servers import redis, serve

DONE = "Your mailbox is connected"
BUSY = "Many people are signing in just now"
WAITS = "Please try your link again in a moment"


@pytest.mark.redis
def test_sign_ins_go_on_and_links_wait(tmp_path: Path) -> None:
    with (
        redis() as server,
        serve(Nylas()) as nylas_url,
        page(tmp_path, NYLAS_API_URI=nylas_url, REDIS_URL=server.url, WEB_CONCURRENCY="2") as there,
    ):
        visitor, link = there.visitor(), there.link()
        form = visitor.get(link)
        assert there.counted("latchkey_redis_lost") == 0
        server.kill()
        shown = visitor.submit(form, password=PASSWORD)
        assert (shown.status, shown.heading) == (503, WAITS)
        for number in range(8):
            shown = there.sign_in(f"person{number}@gmx.de")
            if shown.heading == DONE:
                break
            # Each process first lets pass what the others may have sent.
            assert (shown.status, shown.heading) == (503, BUSY)
            assert shown.response.headers["retry-after"] in ("1", "2")
            time.sleep(1)
        assert shown.heading == DONE
        eventually(lambda: there.status("/") == 200 and len(there.logged("redis", "lost")) == 2)
        assert {line["level"] for line in there.logged("redis", "lost")} == {"error"}
        assert there.counted("latchkey_redis_lost") == 1
        server.start()
        eventually(
            lambda: (
                there.visitor().get(link).status == 200 and len(there.logged("redis", "found")) == 2
            )
        )
        assert there.counted("latchkey_redis_lost") == 0
        visitor = there.visitor()
        assert visitor.submit(visitor.get(link), password=PASSWORD).heading == DONE
