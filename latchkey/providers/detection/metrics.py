"""What is counted about detection."""

from functools import partial

from latchkey.infra.metrics import Counter, Gauge, Limit

DETECTIONS = Counter(
    "latchkey_detections", "Detections by what named the provider.",
    source=("cache", "known", "nylas", "mx", "none"),
)  # fmt: skip
BUDGET = Limit("detect_budget")
_CIRCUITS = Gauge(
    "latchkey_circuit_open", "1 from trouble until the next success: nobody is asked meanwhile.",
    together="livemax", circuit=("nylas_detect", "mx"),
)  # fmt: skip


def _note(circuit: str, shut: bool) -> None:
    _CIRCUITS.set(int(shut), circuit=circuit)


DETECT_CIRCUIT = partial(_note, "nylas_detect")
MX_CIRCUIT = partial(_note, "mx")
