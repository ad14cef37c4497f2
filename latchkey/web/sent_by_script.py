"""Forms that a page's own script sends: a redirect is named, and the script goes there.

XMLHttpRequest would follow a redirect by itself, and the page it leads to would be loaded twice; a
redirect to another site would fail.
"""

from flask import Flask, Response, request

from latchkey.infra.unproxied import unproxied

_REDIRECT, _NO_CONTENT = 303, 204


def init_sent_by_script(app: Flask) -> None:
    """Answer such forms with 204 and ``Location`` instead of 303."""

    @app.after_request
    def name_redirect(response: Response) -> Response:
        by_script = unproxied(request).headers.get("X-Requested-With") == "XMLHttpRequest"
        if by_script and response.status_code == _REDIRECT:
            response.status_code = _NO_CONTENT
            response.set_data(b"")
        return response
