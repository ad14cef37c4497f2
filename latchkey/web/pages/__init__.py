"""One module for each page; none of them imports another."""

from collections.abc import Iterable

from flask import Flask

from latchkey.web.completion import way_back
from latchkey.web.pages import (
    brand,
    chooser,
    connected,
    credentials,
    entry,
    errors,
    health,
    languages,
    leaving,
    oauth,
    oauth_callback,
    preview,
    sandbox_code,
    site,
    token,
)
from latchkey.web.preview import make_states
from latchkey.web.start import first_page

# Endpoints that apps call, and those that load balancers ask under any host name.
FOR_APPS = ("token.exchange",)
FOR_LOAD_BALANCERS = ("health.alive", "health.ready")
# What a device in the local network sees of the sandbox before it is let in.
FOR_SANDBOX_CODE = (
    "sandbox_code.show", "sandbox_code.submit", "static", "brand.stylesheet", "brand.file",
    "languages.show",
)  # fmt: skip


def init_views(app: Flask) -> None:
    """Register every page."""
    pages = (
        entry, chooser, credentials, oauth, oauth_callback, connected, leaving, token, health,
        brand, site, sandbox_code, languages,
    )  # fmt: skip
    for module in pages:
        app.register_blueprint(module.bp)
    app.jinja_env.globals.update(way_back=way_back, first_page=first_page)
    errors.init_errors(app)


def init_preview(app: Flask, trials: Iterable[tuple[str, str]]) -> None:
    """Register the gallery.

    :param trials: the test addresses of the sandbox: what is before the @, and what it shows.
    """
    app.extensions["preview"] = make_states(trials)
    app.register_blueprint(preview.bp)
