"""One module for each page; none of them imports another."""

from flask import Flask

from signin.views import brand, chooser, connected, credentials, entry, errors, health, oauth


def init_views(app: Flask) -> None:
    """Register every page."""
    for module in (entry, chooser, credentials, oauth, connected, health, brand):
        app.register_blueprint(module.bp)
    errors.init_errors(app)
