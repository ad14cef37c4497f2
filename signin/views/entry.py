"""The first page: which mailbox? And the address that apps send people to."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from signin import arrival, flow
from signin.ending import about
from signin.flow import SignIn
from signin.forms import MAX_EMAIL, EmailForm
from signin.i18n import translate
from signin.providers import PROVIDERS
from signin.services import get_services

bp = Blueprint("entry", __name__)


@bp.get("/v3/connect/auth")
def arrive() -> ResponseReturnValue:
    """Take somebody in whom an app sends as it would to Nylas's Hosted auth."""
    return _begin(complete=True)


@bp.get("/")
def show() -> ResponseReturnValue:
    """Ask for the address; ``login_hint``, or the sign-in that ``s`` names, fills it in."""
    if arrival.is_sent_here():
        return _begin(complete=False)
    signin = flow.load() if "s" in request.args else None
    arrival.require_link(signin)
    hint = request.args.get("login_hint", "").strip()[:MAX_EMAIL]
    if not hint and signin:
        hint = signin.shown
    return _page(EmailForm(formdata=None, data={"email": hint}), signin)


@bp.post("/")
def submit() -> ResponseReturnValue:
    """Find the provider of the address and go to its page, or to the chooser."""
    services = get_services()
    before = flow.load() if "s" in request.args else None
    pin = arrival.require_link(before)
    form = EmailForm(formdata=None, data={"email": pin.email}) if pin else EmailForm()
    if not form.validate_on_submit():
        return make_response(_page(form, before), 422)
    if name := services.hosts.unsupported(form.address.ascii_domain):
        form.email.errors = [
            translate(
                "%(name)s has no way for other apps to sign in. Please use a different address.",
                name=name,
            )
        ]
        return make_response(_page(form, before), 422)
    email = str(form.address.ascii_email)
    found = arrival.provider_for(email, before)
    signin = flow.start(
        email=email, shown=form.address.normalized, provider=found, before=before
    )  # fmt: skip
    services.notices.expect(about(signin, found))
    if not found:
        return redirect(url_for("chooser.show", s=signin.id), code=303)
    return redirect(url_for(PROVIDERS[found].page, key=found, s=signin.id), code=303)


def _begin(*, complete: bool) -> ResponseReturnValue:
    signin = arrival.begin(complete=complete)
    # From now on: not everybody comes to the e-mail step.
    get_services().notices.expect(about(signin, signin.provider))
    return redirect(_first_page(signin))


def _first_page(signin: SignIn) -> str:
    """The page that the app's request leads to: the provider's, the chooser, or the first one."""
    if signin.provider:
        provider = PROVIDERS[signin.provider]
        return url_for(provider.page, key=provider.key, s=signin.id)
    if arrival.chooses_first(signin):
        return url_for("chooser.show", s=signin.id)
    return url_for("entry.show", s=signin.id)


def _page(form: EmailForm, signin: SignIn | None) -> str:
    return render_template("pages/entry.html", form=form, signin=signin)
