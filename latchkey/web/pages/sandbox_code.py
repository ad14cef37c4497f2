"""Asks a device for the code that lets it into a sandbox in the local network."""

from flask import Blueprint, abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from latchkey.infra.i18n import translate
from latchkey.web.forms import SandboxCodeForm
from latchkey.web.lan import COOKIE, SandboxLan
from latchkey.web.services import get_services

bp = Blueprint("sandbox_code", __name__)


@bp.get("/sandbox-code")
def show() -> ResponseReturnValue:
    """Ask for the code."""
    _lan()
    return _page(SandboxCodeForm(formdata=None))


@bp.post("/sandbox-code")
def submit() -> ResponseReturnValue:
    """Let the device in, and go to the first page."""
    form = SandboxCodeForm()
    device = _lan().redeem(form.code.data or "")
    if not device:
        form.code.errors = [translate("This isn’t the code. Please look at the terminal again.")]
        return make_response(_page(form), 422)
    response = redirect(url_for("entry.show"), code=303)
    response.set_cookie(COOKIE, device, path=url_for("entry.show"), httponly=True, samesite="Lax")
    return response


def _lan() -> SandboxLan:
    return get_services().lan or abort(404)


def _page(form: SandboxCodeForm) -> str:
    return render_template("pages/sandbox_code.html", form=form)
