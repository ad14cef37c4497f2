"""What is counted about sign-ins: how far people get, how it ends, how long it takes."""

from latchkey.infra.languages import ALL
from latchkey.infra.metrics import Counter, Histogram
from latchkey.problems import PROBLEMS
from latchkey.providers import PROVIDERS
from latchkey.web.language import page_language

_SECONDS = (5, 10, 20, 30, 60, 120, 300, 600, 1800, 7200)

SIGN_INS = Counter(
    "latchkey_sign_ins", "Tries to connect a mailbox by how they ended.",
    provider=PROVIDERS, outcome=("connected", "failed"), reason=("", *PROBLEMS),
)  # fmt: skip
# Few enough to begin at 0, so that alerts see the first of each; those above are too many.
SIGN_IN_OUTCOMES = Counter(
    "latchkey_sign_in_outcomes", "The same by the outcome alone; each begins at 0, for alerts.",
    outcome=("connected", "failed", "key_refused"),
)  # fmt: skip
BRAND_SIGN_INS = Counter(
    "latchkey_brand_sign_ins", "The same by the brand that people saw.",
    brand=("default",), outcome=("connected", "failed"),
)  # fmt: skip
STEPS = Counter(
    "latchkey_steps", "How often people got to a step; a page that is loaded again counts again.",
    step=("arrived", "address", "provider", "credentials", "connected", "returned"),
)  # fmt: skip
# A metric of its own: as a label of the steps, each language would be six series instead of one.
ARRIVALS = Counter(
    "latchkey_arrivals", "The step `arrived` by the language of the page that people got.",
    language=[language.tag for language in ALL],
)  # fmt: skip
CONNECTED_SECONDS = Histogram(
    "latchkey_connected_seconds", "Time from the first step to the connected mailbox.",
    buckets=_SECONDS, way=("password", "oauth"),
)  # fmt: skip


def count_arrival() -> None:
    """Count that a person came, and in which language the first page is."""
    STEPS.count(step="arrived")
    ARRIVALS.count(language=page_language())
