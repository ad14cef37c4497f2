"""Is the process alive, and may it get traffic? Neither asks Nylas: its bad day is not ours."""

from flask import Blueprint

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
def ready() -> dict[str, str]:
    """The process can take people: its settings are good, or it would not have started."""
    return {"status": "ok"}
