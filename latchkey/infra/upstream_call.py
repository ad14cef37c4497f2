"""The metrics of a call to a server that is not ours."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import prometheus_client

from latchkey.infra.errors import UpstreamError
from latchkey.infra.metrics import REGISTRY

# Nylas may take 120 s for a sign-in.
CALL_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)

_ERROR_KINDS = ("NotSent", "OutcomeUnknown", "BadAnswer", "429", "4xx", "5xx")
_SECONDS = prometheus_client.Histogram(
    "latchkey_upstream_seconds", "Duration of calls to Nylas, OAuth providers and webhooks.",
    ["call"], buckets=CALL_BUCKETS, registry=REGISTRY,
)  # fmt: skip
_ERRORS = prometheus_client.Counter(
    "latchkey_upstream_errors", "Calls without a good answer.", ["call", "kind"],
    registry=REGISTRY,
)  # fmt: skip
_WAITING = prometheus_client.Gauge(
    "latchkey_upstream_in_flight", "Calls that wait for their answer.", ["call"],
    multiprocess_mode="livesum", registry=REGISTRY,
)  # fmt: skip


class UpstreamCall:
    """One kind of call to a server that is not ours: its duration, errors, and how many wait.

    Make one as a constant of a module, so that there are only so many.

    :param name: of the call.
    """

    def __init__(self, name: str) -> None:
        self._seconds = _SECONDS.labels(name)
        self._waiting = _WAITING.labels(name)
        self._errors = {kind: _ERRORS.labels(name, kind) for kind in _ERROR_KINDS}

    @contextmanager
    def timed(self) -> Iterator[Callable[[int], None]]:
        """Measure one call; what the context gives takes the status of the answer."""
        began = time.perf_counter()

        def answered(status: int) -> None:
            if status >= 400:
                self._errors["429" if status == 429 else f"{min(status, 599) // 100}xx"].inc()

        try:
            with self._waiting.track_inprogress():
                yield answered
        except UpstreamError as error:
            self._errors[type(error).__name__].inc()
            raise
        finally:
            self._seconds.observe(time.perf_counter() - began)
