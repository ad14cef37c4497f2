"""Static files under addresses that change with their content, so that browsers may keep them.

Scripts and drawings are made small and compressed at the start. The stylesheets of ``static/css``
reach the pages as part of the brand's one stylesheet (``latchkey/web/branding/stylesheet.py``).
"""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from flask import Flask, Response, request

from latchkey.infra.unproxied import unproxied
from latchkey.web.prepared_file import PreparedFile, small_css, small_js

A_YEAR = 365 * 24 * 60 * 60
# The texts among the files, and what makes each kind small.
_TEXTS: dict[str, tuple[str, Callable[[str], str]]] = {
    ".css": ("text/css", small_css),
    ".js": ("text/javascript", small_js),
    ".svg": ("image/svg+xml", str.strip),
}


def init_assets(app: Flask) -> None:
    """Give templates ``static_url`` and ``integrity``; only an address with the hash is kept."""
    folder = Path(app.static_folder or "")
    files = {
        path.relative_to(folder).as_posix(): _prepare(path)
        for path in folder.rglob("*")
        if path.is_file()
    }

    def max_age(filename: str | None) -> int | None:
        file = files.get(str(filename))
        return A_YEAR if file and request.args.get("v") == file.version else None

    def send(filename: str) -> Response:
        file = files.get(filename)
        if not file or Path(filename).suffix not in _TEXTS:
            return as_it_is(filename)
        response = file.response()
        age = max_age(filename)
        response.headers["Cache-Control"] = f"public, max-age={age}" if age else "no-cache"
        return response

    as_it_is = app.send_static_file
    app.send_static_file = send  # type: ignore[method-assign]
    app.get_send_file_max_age = max_age  # type: ignore[method-assign]
    paths = {name: _path(app, name, file) for name, file in files.items()}
    app.jinja_env.globals["static_url"] = lambda name: unproxied(request).script_root + paths[name]
    app.jinja_env.globals["integrity"] = lambda name: files[name].integrity


def _path(app: Flask, name: str, file: PreparedFile) -> str:
    """Made once: only the part of the address before it can differ between requests."""
    return f"{app.static_url_path}/{quote(name)}?v={file.version}"


def _prepare(path: Path) -> PreparedFile:
    mimetype, small = _TEXTS.get(path.suffix, ("", None))
    if not small:
        return PreparedFile(path.read_bytes(), mimetype)
    return PreparedFile(small(path.read_text()).encode(), mimetype)
