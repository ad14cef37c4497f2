"""Two processes of which only one got the look of the application at the start."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills.drilled import Drilled, page
from tests.latchkey.web.test_brand_import import PNG
from tests.latchkey.webhook_receiver import eventually

pytestmark = pytest.mark.slow

APP = """
import contextlib
import os
from pathlib import Path

import httpx

from app import create_app
from tests.latchkey.web.test_brand_import import Outside

FOLDER = Path(__file__).parent

class Late(Outside):
    def __call__(self, request):
        if request.url.path == "/v3/applications" and not (FOLDER / "well").exists():
            with contextlib.suppress(FileExistsError):
                with (FOLDER / "first").open("x") as file:
                    file.write(str(os.getpid()))
            if (FOLDER / "first").read_text() != str(os.getpid()):
                return httpx.Response(503)
        return super().__call__(request)

app = create_app(transport=httpx.MockTransport(Late()))
"""


@contextlib.contextmanager
def asleep(pid: int) -> Iterator[None]:
    """Have this process answer nothing, so that the other one does."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Drilled]:
    (tmp_path / "late.py").write_text(APP)
    with page(tmp_path, "late:app", WEB_CONCURRENCY="2", BRAND_FROM_NYLAS="true") as made:
        yield made


def title_without(there: Drilled, pid: int) -> str:
    with asleep(pid):
        return there.visitor().get("/").title


def test_files_of_a_page_of_one_process_come_from_the_other_one_too(
    there: Drilled, tmp_path: Path
) -> None:
    one, other = there.workers
    eventually(lambda: title_without(there, one) != title_without(there, other), 60)
    named = title_without(there, one).endswith("– Northwind")
    ahead, behind = (other, one) if named else (one, other)
    visitor = there.visitor()
    with asleep(behind):
        shown = visitor.get("/")
    logo = shown.tree.find(".//img[@class='brand-logo']")
    style = shown.tree.find(".//link[@rel='stylesheet']")
    assert logo is not None
    assert style is not None
    (tmp_path / "well").touch()
    with asleep(ahead):
        eventually(lambda: there.status(logo.attrib["src"]) == 200, 20)
        drawn = visitor.client.get(logo.attrib["src"])
        assert (drawn.status_code, drawn.content) == (200, PNG)
        assert "immutable" in drawn.headers["cache-control"]
        rules = visitor.client.get(style.attrib["href"])
        assert "#0a7d33" in rules.text
        assert "immutable" in rules.headers["cache-control"]
