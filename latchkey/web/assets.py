"""Static files under addresses that change with their content, so that browsers may keep them."""

import hashlib
from base64 import b64encode
from pathlib import Path

from flask import Flask, request, url_for

A_YEAR = 365 * 24 * 60 * 60


def init_assets(app: Flask) -> None:
    """Give templates ``static_url`` and ``integrity``; only an address with the hash is kept."""
    folder = Path(app.static_folder or "")
    digests = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).digest()
        for path in folder.rglob("*")
        if path.is_file()
    }

    def version(name: str) -> str:
        return digests[name].hex()[:12]

    def max_age(filename: str | None) -> int | None:
        current = filename in digests and request.args.get("v") == version(str(filename))
        return A_YEAR if current else None

    app.get_send_file_max_age = max_age  # type: ignore[method-assign]
    app.jinja_env.globals["static_url"] = lambda name: url_for(
        "static", filename=name, v=version(name)
    )
    app.jinja_env.globals["integrity"] = lambda name: f"sha256-{b64encode(digests[name]).decode()}"
