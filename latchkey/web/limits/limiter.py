"""The rules of the rate limits: those of the settings, and those that follow from them."""

from collections.abc import Mapping, Sequence

from config import Settings
from latchkey.infra.limits import Limiter, Window
from latchkey.infra.store import Store
from latchkey.providers.detection import SPAN_SECONDS

# The span in which all clients together may not try more often than Nylas's pace allows.
_PACE_SECONDS = 300
# Calls for tokens a second that all callers who show no secret may cause at Nylas.
_STRANGERS_PER_SECOND = 20
# Steps that all clients together are limited in, half of it for browsers with a good past.
SHARED_STEPS = ("address", "oauth_start", "oauth_callback", "oauth_exchange")
# What a browser with a good past has of a step when the others' room is used up.
_PROOF_AS = "address"
# One client may ask Nylas about new domains with a quarter of the budget.
_SHARE = 4


def make_limiter(settings: Settings, store: Store) -> Limiter:
    """Return the limiter, which limits nothing when the settings switch limits off."""
    rules = {
        name: tuple(Window(*window) for window in windows)
        for name, windows in settings.limits.items()
    }
    if rules:
        both = {f"client_{name}": rules[name] for name in ("mailbox", "mailbox_refused")}
        owner = (*rules["mailbox"], rules["mailbox_refused"][-1])
        detections = Window(max(1, settings.nylas_detects_per_minute // _SHARE), SPAN_SECONDS)
        pace = Window(settings.nylas_sign_ins_per_second * _PACE_SECONDS, _PACE_SECONDS)
        strangers = Window(_STRANGERS_PER_SECOND, 1)
        new = Window(_STRANGERS_PER_SECOND // 2, 1)
        rules |= both | {"owner": owner, "all": (pace,), "detection": (detections,)}
        rules |= {"token_all": (strangers,), "token_new": (new,)}
        rules |= _halves(rules) | {"proof": rules[_PROOF_AS]}
    return Limiter(store, rules, secret_key=settings.secret_key)


def _halves(rules: Mapping[str, Sequence[Window]]) -> dict[str, tuple[Window, ...]]:
    """Half of what all clients have of a step together, for those without a good past."""
    return {
        f"{step}_new": tuple(
            Window(max(1, number // 2), seconds) for number, seconds in rules[f"{step}_all"]
        )
        for step in SHARED_STEPS
    }
