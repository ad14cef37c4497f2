"""Is the process alive, and may it get traffic? Neither asks Nylas: its bad day is not ours."""

from http import HTTPStatus

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from latchkey.infra.addresses import is_loopback
from latchkey.web.arrival import arrival
from latchkey.web.services import get_services

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> dict[str, object]:
    """The process answers; to the doctor, it tells how the request arrived."""
    return {"status": "ok", **arrival(get_services().settings.secret_keys)}


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """The process can take people, unless no sign-in can work; the reason is for this machine."""
    trouble = get_services().detector.trouble()
    if not trouble:
        return {"status": "ok"}
    reason = {"reason": trouble} if is_loopback(request.remote_addr or "") else {}
    return {"status": "unavailable", **reason}, HTTPStatus.SERVICE_UNAVAILABLE
