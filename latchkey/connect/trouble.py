"""Provider trouble: most sign-ins at a mail provider fail for its own fault, so its page says so.

Counted are sign-ins of the last 15 minutes, shared through the store's sliding windows. One client
adds at most two of each kind, so that no single stranger makes a provider look broken, or well.
"""

import time
from collections.abc import Collection

from latchkey.connect.outcome import Connected, Outcome
from latchkey.infra.limits import Limiter, Mode, Use, Window
from latchkey.infra.store import Store
from latchkey.problems.mail_server import SERVER_UNREACHABLE, UNSAFE_CONNECTION
from latchkey.problems.oauth import PROVIDER_DOWN

# The mail domain of the sandbox whose page shows the note.
SANDBOX_TROUBLE = ("imap trouble.example.com",)

_SECONDS = 15 * 60
_FEWEST_TRIES = 20
_MOST_REMEMBERED = 400
_PART = 2
_VERDICT_SECONDS = 1.0
# Says that some provider failed of late: without it, none has trouble and no counter is read.
_ANY_FAILED = "trouble:any failed"
_MOST_VERDICTS = 1000
_RULES = {
    "client_failed": (Window(_PART, _SECONDS),),
    "client_answered": (Window(_PART, _SECONDS),),
    "failed": (Window(_MOST_REMEMBERED, _SECONDS),),
    "answered": (Window(_MOST_REMEMBERED, _SECONDS),),
}
_ITS_OWN_FAULT = (SERVER_UNREACHABLE, UNSAFE_CONNECTION, PROVIDER_DOWN)


class ProviderTrouble:
    """Counts how sign-ins end, by provider. Independent of the rate limits that are set.

    :param always: providers that always have trouble, to be seen in the sandbox.
    """

    def __init__(self, store: Store, *, secret_key: str, always: Collection[str] = ()) -> None:
        self._always = always
        self._store = store
        self._counters = Limiter(store, _RULES, secret_key=secret_key)
        # Pages are shown more often than sign-ins end, so a verdict is good for a second.
        self._verdicts: dict[str, tuple[float, bool]] = {}
        self._any_failed = (float("-inf"), False)

    def note(self, provider: str, client: str, outcome: Outcome) -> None:
        """Count how a sign-in ended.

        :param provider: what people sign in to: a provider's server or key, or a mail domain.
        :param client: the client's network.
        """
        result = _result(outcome)
        if not result:
            return
        self._verdicts.pop(provider, None)
        if result == "failed":
            self._any_failed = (float("-inf"), False)
            self._store.put(_ANY_FAILED, 1, seconds=_SECONDS)
        self._counters.try_all(
            Use(rule=f"client_{result}", subject=f"{client} {provider}", mode=Mode.COUNT),
            Use(rule=result, subject=provider, mode=Mode.COUNT, part=_PART),
        )

    def is_known(self, provider: str) -> bool:
        """Tell whether most of at least 20 sign-ins failed for the provider's own fault."""
        if provider in self._always:
            return True
        now = time.monotonic()
        if not self._has_any_failed(now):
            return False
        made, verdict = self._verdicts.get(provider, (float("-inf"), False))
        if now - made < _VERDICT_SECONDS:
            return verdict
        failed = self._counters.number("failed", provider)
        answered = self._counters.number("answered", provider) if failed else 0
        verdict = failed + answered >= _FEWEST_TRIES and failed > answered
        if len(self._verdicts) >= _MOST_VERDICTS:
            self._verdicts.clear()
        self._verdicts[provider] = (now, verdict)
        return verdict

    def _has_any_failed(self, now: float) -> bool:
        made, verdict = self._any_failed
        if now - made >= _VERDICT_SECONDS:
            verdict = self._store.get(_ANY_FAILED) is not None
            self._any_failed = (now, verdict)
        return verdict


def _result(outcome: Outcome) -> str:
    """Whether the provider failed or answered, "" when nothing is known of it."""
    if isinstance(outcome, Connected):
        return "answered"
    if outcome.problem in _ITS_OWN_FAULT:
        return "failed"
    return "answered" if outcome.problem.fault in ("person", "administrator") else ""
