"""The first page: which mailbox?"""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from signin import flow
from signin.forms import MAX_EMAIL, EmailForm
from signin.i18n import translate
from signin.providers import PROVIDERS
from signin.services import get_services

bp = Blueprint("entry", __name__)


@bp.get("/")
def show() -> ResponseReturnValue:
    """Ask for the address; ``login_hint``, or the sign-in that ``s`` names, fills it in."""
    hint = request.args.get("login_hint", "").strip()[:MAX_EMAIL]
    if not hint and "s" in request.args:
        hint = flow.load().shown
    return render_template("pages/entry.html", form=EmailForm(data={"email": hint}))


@bp.post("/")
def submit() -> ResponseReturnValue:
    """Find the provider of the address and go to its page, or to the chooser."""
    services = get_services()
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("pages/entry.html", form=form), 422
    email = str(form.address.ascii_email)
    if name := services.hosts.unsupported(form.address.ascii_domain):
        form.email.errors = [
            translate(
                "%(name)s has no way for other apps to sign in. Please use a different address.",
                name=name,
            )
        ]
        return render_template("pages/entry.html", form=form), 422
    found = services.detector.detect(email)
    signin = flow.start(email=email, shown=form.address.normalized, provider=found)
    if not found:
        return redirect(url_for("chooser.show", s=signin.id), code=303)
    return redirect(url_for(PROVIDERS[found].page, key=found, s=signin.id), code=303)
