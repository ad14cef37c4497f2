"""The icons of the pages."""

from functools import cache
from typing import Any

from flask import Flask
from markupsafe import Markup


def init_icons(app: Flask) -> None:
    """Give templates ``icon``, which draws each once: a sign-in shows some ten."""

    @cache
    def icon(name: str, also: str = "") -> Markup:
        macros: Any = app.jinja_env.get_template("components/icon.html").module
        drawn: Markup = macros.icon(name, also)
        return drawn

    app.jinja_env.globals["icon"] = icon
