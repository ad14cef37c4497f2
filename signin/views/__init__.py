"""One module for each page; none of them imports another."""

from flask import Flask

from signin.arrival import first_page
from signin.ending import way_back
from signin.views import (
    brand,
    chooser,
    connected,
    credentials,
    entry,
    errors,
    health,
    leaving,
    oauth,
    token,
)


def init_views(app: Flask) -> None:
    """Register every page."""
    pages = (entry, chooser, credentials, oauth, connected, leaving, token, health, brand)
    for module in pages:
        app.register_blueprint(module.bp)
    app.jinja_env.globals.update(way_back=way_back, first_page=first_page)
    errors.init_errors(app)
