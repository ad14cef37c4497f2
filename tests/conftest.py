"""Parts that all tests share: settings, the app, visitors, and real servers beside it."""

import gc
import tempfile
from collections.abc import Callable, Iterator
from functools import partialmethod
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask.templating import Environment
from jinja2.bccache import Bucket, BytecodeCache

from app import create_app
from config import Settings, load_settings
from tests.pages import Visitor
from tests.servers import serve

# Machines that run tests are shared: how long an example takes says nothing about it.
hypothesis.settings.register_profile(
    "shared", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "fuzz", hypothesis.settings.get_profile("shared"), max_examples=20_000, print_blob=True
)
# Each property is tried, but not at length: "make check" is for every change of a line.
hypothesis.settings.register_profile(
    "quick", hypothesis.settings.get_profile("shared"), max_examples=10
)
hypothesis.settings.load_profile("shared")

Clock = Callable[[float], None]


def pytest_collection_finish() -> None:
    """Leave 12,000 collected tests out of garbage collection, which finds nothing in them."""
    gc.collect()
    gc.freeze()


class CompiledOnce(BytecodeCache):
    """Bytecode cache: a template is compiled once, not for each of thousands of apps."""

    def __init__(self) -> None:
        self._bytecode: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, which checks that its source is the same."""
        if bucket.key in self._bytecode:
            bucket.bytecode_from_string(self._bytecode[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._bytecode[bucket.key] = bucket.bytecode_to_string()


Environment.__init__ = partialmethod(  # type: ignore[assignment, method-assign]
    Environment.__init__, bytecode_cache=CompiledOnce()
)

KEY = "nyk_v0_key-of-the-tests"
SECRET = "aR4nd0mSecretKeyThatOnlyTheseTestsKnow"
# As long as HS512 wants it, which is no way to sign a link.
LINK_KEY = "aL1nkKeyThatOnlyTheseTestsKnow-0123456789-abcdefghijklmnopqrstuvwxyz"
STATE = tempfile.TemporaryDirectory(prefix="latchkey-state-")
# Apps are shared by tests that know nothing of each other, and DNS is not part of them.
USUAL = {
    "SECRET_KEY": SECRET,
    "NYLAS_DETECTS_PER_MINUTE": "1000",
    "MX_LOOKUPS": "false",
    "LINK_KEY": LINK_KEY,
    "STATE_DIR": STATE.name,
    "LIMITS": "off",
    # Only the server asks for it, and the doctor.
    "BRAND_FROM_NYLAS": "false",
}


def make_settings(**variables: str) -> Settings:
    """Settings as the environment gives them; the sandbox's unless told otherwise."""
    given = variables if "NYLAS_API_KEY" in variables else {"SANDBOX": "true", **variables}
    return load_settings({**USUAL, **given}, Path("/nowhere/.env"))


@pytest.fixture
def visitor() -> Visitor:
    """Somebody in the sandbox."""
    return Visitor.inside(create_app(make_settings()))


@pytest.fixture
def visit() -> Callable[..., Visitor]:
    """Makes somebody in an app with other settings or another transport."""

    def make(*, transport: Any = None, **variables: str) -> Visitor:
        return Visitor.inside(create_app(make_settings(**variables), transport=transport))

    return make


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Lets so many seconds pass."""
    return stopped_clock(monkeypatch, "time.time", 1_800_000_000)


def stopped_clock(monkeypatch: pytest.MonkeyPatch, name: str, now: float) -> Clock:
    """Stop a clock of Python's; it goes on by as many seconds as it is told."""
    shown = [now]
    monkeypatch.setattr(name, lambda: shown[0])

    def pass_by(seconds: float) -> None:
        shown[0] += seconds

    return pass_by


@pytest.fixture
def served() -> Iterator[Callable[..., str]]:
    """Serves WSGI apps on ports of this machine; gives the address."""
    servers = []

    def start(app: Any) -> str:
        server = serve(app)
        servers.append(server)
        return server.__enter__()

    yield start
    for server in servers:
        server.__exit__(None, None, None)
