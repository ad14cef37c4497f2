"""The list of languages, behind the link below every page."""

from contextlib import suppress

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from latchkey.web import flow
from latchkey.web.language import language_links

bp = Blueprint("languages", __name__)


@bp.get("/languages")
def show() -> ResponseReturnValue:
    """Name each language in itself; each leads to the page that the reader comes from."""
    if "s" in request.args:
        # The brand of the sign-in, while there is one.
        with suppress(flow.SignInOver):
            flow.load()
    return render_template("pages/languages.html", links=language_links())
