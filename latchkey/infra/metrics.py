"""Counters, gauges and histograms for Prometheus, whose labels come from fixed sets only.

A label is a value that the code knows beforehand. Whatever else arrives is counted as ``other``, so
no address, host name or path that a stranger types can become a series of its own.

Over several processes prometheus-client adds up through files in a directory, which
``deploy/gunicorn.conf.py`` makes; in one process the values stay in its memory.
"""

import math
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Literal

import prometheus_client
from prometheus_client import CollectorRegistry, disable_created_metrics, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OTHER = "other"
WAIT_BUCKETS = (0.01, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)

# Fewer combinations than this show as 0 from the start, so that the first one is an increase.
_MOST_ZEROS = 64
# Of this process alone; ``exposition`` knows all of them.
REGISTRY = CollectorRegistry()

# The time at which a series began is not worth a line for each.
disable_created_metrics()  # type: ignore[no-untyped-call]


class _Labelled:
    """Values of labels, each from its set."""

    def __init__(self, labels: dict[str, Collection[str]]) -> None:
        self._allowed = {name: frozenset(known) for name, known in labels.items()}

    def allow(self, name: str, values: Collection[str]) -> None:
        """Let the label ``name`` have these values, too: those that only the settings name."""
        self._allowed[name] |= frozenset(values)

    def _known(self, values: dict[str, str]) -> list[str]:
        return [
            values[name] if values[name] in known else OTHER
            for name, known in self._allowed.items()
        ]

    def _zeros(self, labels: Callable[..., object]) -> None:
        if self._allowed and math.prod(map(len, self._allowed.values())) <= _MOST_ZEROS:
            for combination in product(*self._allowed.values()):
                labels(*combination)


class Counter(_Labelled):
    """How often something happened.

    :param labels: the values that each label can have.
    """

    def __init__(self, name: str, text: str, **labels: Collection[str]) -> None:
        super().__init__(labels)
        self._counter = prometheus_client.Counter(name, text, list(labels), registry=REGISTRY)
        self._zeros(self._counter.labels)

    def count(self, **values: str) -> None:
        """Count one."""
        known = self._known(values)
        (self._counter.labels(*known) if known else self._counter).inc()


class Histogram(_Labelled):
    """How long something took, in seconds.

    :param labels: the values that each label can have.
    """

    def __init__(
        self, name: str, text: str, *, buckets: Collection[float], **labels: Collection[str]
    ) -> None:
        super().__init__(labels)
        self._histogram = prometheus_client.Histogram(
            name, text, list(labels), buckets=tuple(buckets), registry=REGISTRY
        )

    def observe(self, seconds: float, **values: str) -> None:
        """Note one."""
        known = self._known(values)
        (self._histogram.labels(*known) if known else self._histogram).observe(seconds)


class Gauge(_Labelled):
    """How much there is of something right now.

    :param together: how the values of several processes become one.
    :param labels: the values that each label can have.
    """

    def __init__(
        self,
        name: str,
        text: str,
        *,
        together: Literal["livesum", "livemax"],
        **labels: Collection[str],
    ) -> None:
        super().__init__(labels)
        self._gauge = prometheus_client.Gauge(
            name, text, list(labels), multiprocess_mode=together, registry=REGISTRY
        )
        self._zeros(self._gauge.labels)

    def set(self, value: float, **values: str) -> None:
        """Note how much it is."""
        known = self._known(values)
        (self._gauge.labels(*known) if known else self._gauge).set(value)

    def add(self, change: float, **values: str) -> None:
        """Note that it is so much more, or less."""
        known = self._known(values)
        (self._gauge.labels(*known) if known else self._gauge).inc(change)

    @contextmanager
    def one_more(self, **values: str) -> Iterator[None]:
        """Note one more within the context."""
        self.add(1, **values)
        try:
            yield
        finally:
            self.add(-1, **values)


class Limit:
    """A limit that people or calls run into. Make one as a constant of a module.

    :param kind: its name.
    """

    def __init__(self, kind: str) -> None:
        self._hits = _LIMITS.labels(kind)

    def hit(self) -> None:
        """Count that something was held up or refused by it."""
        self._hits.inc()


_LIMITS = prometheus_client.Counter(
    "latchkey_limits", "How often a limit held something up or refused it.", ["kind"],
    registry=REGISTRY,
)  # fmt: skip


def exposition() -> bytes:
    """Return all values, of all processes, in Prometheus's text format."""
    if values.ValueClass is values.MutexValue:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)
