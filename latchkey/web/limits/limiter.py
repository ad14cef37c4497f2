"""The rules of the rate limits: those of the settings, and those that follow from them."""

from config import Settings
from latchkey.infra.limits import Limiter, Window
from latchkey.infra.store import Store
from latchkey.providers.detection import SPAN_SECONDS

# The span in which all clients together may not try more often than Nylas's pace allows.
_PACE_SECONDS = 300
# Calls for tokens a second that all callers who show no secret may cause at Nylas.
_STRANGERS_PER_SECOND = 20
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
    return Limiter(store, rules, secret_key=settings.secret_key)
