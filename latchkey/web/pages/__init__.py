"""One module for each page; none of them imports another."""

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
    leaving,
    oauth,
    oauth_callback,
    site,
    token,
)
from latchkey.web.start import first_page

# Endpoints that apps call, and those that load balancers ask under any host name.
FOR_APPS = ("token.exchange",)
FOR_LOAD_BALANCERS = ("health.alive", "health.ready")


def init_views(app: Flask) -> None:
    """Register every page."""
    pages = (
        entry, chooser, credentials, oauth, oauth_callback, connected, leaving, token, health,
        brand, site,
    )  # fmt: skip
    for module in pages:
        app.register_blueprint(module.bp)
    app.jinja_env.globals.update(way_back=way_back, first_page=first_page)
    errors.init_errors(app)
