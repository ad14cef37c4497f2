"""Redirects: without a body, and named instead of followed where a page's own script sent the form.

XMLHttpRequest would follow a redirect by itself, and the page it leads to would be loaded twice; a
redirect to another site would fail.
"""

from flask import Flask, Response, request

from latchkey.infra.unproxied import unproxied

_SEE_OTHER, _NO_CONTENT = 303, 204


def init_redirects(app: Flask) -> None:
    """Leave out Werkzeug's English note; answer forms sent by script with 204 and ``Location``."""

    @app.after_request
    def lighten(response: Response) -> Response:
        if "Location" not in response.headers:
            return response
        by_script = unproxied(request).headers.get("X-Requested-With") == "XMLHttpRequest"
        if by_script and response.status_code == _SEE_OTHER:
            response.status_code = _NO_CONTENT
        response.set_data(b"")
        del response.headers["Content-Type"]
        return response
