"""The languages that are offered, and who has read them."""

from collections.abc import Iterator

from latchkey.infra.catalogues import STATES, state_of
from latchkey.infra.languages import SOURCE
from latchkey.operator.doctor.finding import Finding, Level
from latchkey.web.services import Services

_MEANING = {
    "none": "translated, and not read since",
    "reader": "read once more, each sentence translated back and compared",
    "native": "read by a person who grew up with the language",
}


def check_languages(services: Services) -> Iterator[Finding]:
    """Name the languages by who has read them, in one line."""
    settings = services.settings
    by_state: dict[str, list[str]] = {state: [] for state in STATES}
    for tag in settings.languages:
        if tag != SOURCE:
            by_state[state_of(tag)].append(tag)
    parts = [f"{_MEANING[state]}: {', '.join(tags)}" for state, tags in by_state.items() if tags]
    count = f"{len(settings.languages)} languages, {settings.default_language} by default"
    yield Finding(check="languages", level=Level.NOTE, text=f"{'; '.join((count, *parts))}.")
