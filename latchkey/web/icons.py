"""The icons of the pages."""

from functools import cache

from flask import Flask
from markupsafe import Markup


def init_icons(app: Flask) -> None:
    """Give templates ``icon``, which draws each once: a sign-in shows some thirteen."""

    @cache
    def icon(name: str) -> Markup:
        drawn: Markup = app.jinja_env.get_template("components/icon.html").module.icon(name)  # type: ignore[attr-defined]
        return drawn

    app.jinja_env.globals["icon"] = icon
