"""The kinds and sizes of bodies that are taken."""

from collections.abc import Callable, Collection
from http import HTTPStatus

from flask import abort, request

from latchkey.infra.unproxied import unproxied

MAX_BODY_BYTES = 64 * 1024


def body_guard(apis: Collection[str]) -> Callable[[], None]:
    """Make the rule: forms have one kind of body; Flask-WTF would also take files and JSON."""

    def refuse_other_bodies() -> None:
        asked = unproxied(request)
        if asked.endpoint is None or asked.endpoint in apis:
            return
        if asked.mimetype not in ("", "application/x-www-form-urlencoded"):
            abort(HTTPStatus.BAD_REQUEST)

    return refuse_other_bodies
