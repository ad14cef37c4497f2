"""Drills: the disk is full.

A limit on the size of files does what a full disk does, to a process of any user: what would make
a file longer fails. It can be set while the process runs, and taken away again.
"""

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

from tests.browser.nylas import Nylas
from tests.drills.drilled import PASSWORD, Drilled, page
from tests.latchkey.webhook_receiver import eventually
from tests.servers import serve

DONE = "Your mailbox is connected"
WAITS = "Please try your link again in a moment"


@contextlib.contextmanager
def full(there: Drilled, size: int) -> Iterator[None]:
    """Let no file of the page's grow beyond ``size``."""
    pids = (there.process.pid, *there.workers)
    unlimited = resource.prlimit(pids[0], resource.RLIMIT_FSIZE)
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, unlimited[1]))
    try:
        yield
    finally:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)


def test_sign_ins_go_on_while_nothing_can_be_written(tmp_path: Path) -> None:
    with serve(Nylas()) as nylas_url, page(tmp_path, NYLAS_API_URI=nylas_url) as there:
        eventually(lambda: "Signed links: on" in there.log)
        before = there.log
        with full(there, 0):
            assert there.sign_in().heading == DONE
            assert there.status("/readyz") == 200
            assert there.counted("latchkey_sign_ins_total", outcome="connected") == 1
            assert there.log == before
        assert there.sign_in().heading == DONE
        assert len(there.logged("grant", "connected")) == 2, "the line waited for room"


def test_signed_links_wait_until_there_is_room(tmp_path: Path) -> None:
    with serve(Nylas()) as nylas_url, page(tmp_path, NYLAS_API_URI=nylas_url) as there:
        visitor, link = there.visitor(), there.link()
        form = visitor.get(link)
        marks = (tmp_path / "state" / "marks.sqlite3-wal").stat().st_size
        with full(there, marks):
            shown = visitor.submit(form, password=PASSWORD)
            assert (shown.status, shown.heading) == (503, WAITS)
            assert there.status("/readyz") == 200
            (line,) = there.logged("grant")
        assert (line["level"], line["outcome"]) == ("error", "link_waits")
        assert line["detail"] == "marks unavailable"
        assert there.counted("latchkey_sign_ins_total") == 0
        visitor = there.visitor()
        assert visitor.submit(visitor.get(link), password=PASSWORD).heading == DONE
