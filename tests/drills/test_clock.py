"""Drills: the machine's clock jumps two hours.

The time of day is ``time.time`` wherever the program and its libraries look at it, so that is what
jumps here. libfaketime (0.9.10) would be closer to the machine, but gunicorn ends under it: since
Python 3.11 ``time.sleep`` waits until an absolute time, which it refuses.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.nylas import Nylas
from tests.drills.drilled import EMAIL, PASSWORD, Drilled, page
from tests.servers import serve

DONE = "Your mailbox is connected"
APP = """
import time
from pathlib import Path

right = time.time
time.time = lambda: right() + float(Path({file!r}).read_text())

from app import create_app

app = create_app()
"""


class Clock:
    """The clock of the page's process."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.is_off(seconds=0)
        (folder / "elsewhen.py").write_text(APP.format(file=str(self._file)))

    def is_off(self, *, seconds: int) -> None:
        """Set the clock, this far from the right time."""
        new = self._file.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self._file)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path)


@pytest.fixture
def there(tmp_path: Path, clock: Clock) -> Iterator[Drilled]:
    with (
        serve(Nylas()) as nylas_url,
        page(tmp_path, "elsewhen:app", NYLAS_API_URI=nylas_url) as made,
    ):
        yield made


@pytest.mark.parametrize(
    ("hours", "why", "says"),
    [
        (2, "expired", "This page was open for a while"),
        (-2, "future", "We couldn’t read how far you were"),
    ],
    ids=["forwards", "backwards"],
)
def test_who_is_under_way_starts_again_and_connects(
    there: Drilled, clock: Clock, hours: int, why: str, says: str
) -> None:
    visitor = there.visitor()
    form = visitor.enter(EMAIL)
    clock.is_off(seconds=hours * 3600)
    again = visitor.submit(form, password=PASSWORD)
    assert says in again.text
    assert PASSWORD not in again.html
    (line,) = there.logged("start_again")
    assert line["detail"] == why
    form = visitor.submit(again, email=EMAIL)
    assert visitor.submit(form, password=PASSWORD).heading == DONE
    clock.is_off(seconds=0)
    assert there.sign_in().heading == DONE
