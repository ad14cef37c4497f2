"""Every sentence that people read goes through gettext; English is the source."""

import math
from gettext import NullTranslations

from flask import Flask

LANGUAGE = "en"

_translations = NullTranslations()


def N_(message: str) -> str:  # noqa: N802 (the name that gettext tools look for)
    """Mark ``message`` for translators where it is declared; it is translated where it is shown."""
    return message


def language() -> str:
    """Return the language of the page that is being made, as in BCP 47."""
    return LANGUAGE


def translate(message: str, **values: object) -> str:
    """Return ``message`` in the reader's language with ``%(name)s`` filled in."""
    return _translations.gettext(message) % values


def span_of_time(seconds: int) -> str:
    """Return ``seconds`` in words, rounded up to what people count in."""
    for unit, text in (
        (60 * 60, N_("%(number)s hours")),
        (60, N_("%(number)s minutes")),
    ):
        # From two on, so that no language needs a singular.
        if seconds > 2 * unit - unit // 2:
            return translate(text, number=math.ceil(seconds / unit))
    return translate(N_("%(number)s seconds"), number=max(2, seconds))


def init_i18n(app: Flask) -> None:
    """Give templates ``_`` and ``{% trans %}``; what they fill in is still escaped."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        _translations.gettext, _translations.ngettext, newstyle=True
    )
    app.jinja_env.globals["language"] = LANGUAGE
