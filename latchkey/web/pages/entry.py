"""The first page: which mailbox? And the address that apps send people to."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from latchkey.apps import LinkRefused
from latchkey.infra.i18n import translate
from latchkey.providers import PROVIDERS
from latchkey.providers.email_address import MAX_EMAIL, clean_hint
from latchkey.providers.mailhosts import UnsupportedService
from latchkey.web import flow, limits, start
from latchkey.web.completion import reference_to
from latchkey.web.flow import SignIn
from latchkey.web.forms import EmailForm
from latchkey.web.metrics import STEPS, count_arrival
from latchkey.web.services import get_services
from latchkey.web.start_again import why_again

bp = Blueprint("entry", __name__)


@bp.get("/v3/connect/auth")
def arrive() -> ResponseReturnValue:
    """Begin a sign-in for an app that sends its user as it would to Nylas's Hosted auth."""
    return _begin(complete=True)


@bp.get("/")
def show() -> ResponseReturnValue:
    """Ask for the address; ``login_hint``, or the sign-in that ``s`` names, fills it in."""
    if start.is_sent_here():
        return _begin(complete=False)
    sign_in = flow.load() if "s" in request.args else None
    start.require_link(sign_in)
    hint = clean_hint(request.args.get("login_hint", ""))[:MAX_EMAIL]
    if not hint and sign_in:
        hint = sign_in.display_address
    if sign_in is None and request.method == "GET":
        # Load balancers and uptime checks ask with HEAD.
        count_arrival()
    again = why_again(request.args.get("again", ""))
    return _page(EmailForm(formdata=None, data={"email": hint}), sign_in, again=again)


@bp.post("/")
def submit() -> ResponseReturnValue:
    """Find the provider of the address and go to its page, or to the chooser."""
    services = get_services()
    before = flow.load() if "s" in request.args else None
    link_claims = start.require_link(before)
    form = (
        EmailForm(formdata=None, data={"email": link_claims.email}) if link_claims else EmailForm()
    )
    valid = form.validate_on_submit()
    limits.take_step("address", before, valid=valid)
    if not link_claims and (likely := form.likely_address(services.detector.has_mailboxes)):
        return render_template("pages/typing_slip.html", form=form, likely=likely, sign_in=before)
    if not valid:
        return make_response(_page(form, before), 422)
    if closed := services.hosts.unsupported(form.address.ascii_domain):
        form.email.errors = [_unsupported(closed)]
        return make_response(_page(form, before), 422)
    email = str(form.address.ascii_email)
    found = start.provider_for(email, before)
    sign_in = flow.start(
        email=email, display_address=form.address.normalized, provider=found, before=before
    )  # fmt: skip
    STEPS.count(step="address")
    services.webhooks.expect(reference_to(sign_in, found))
    if not found:
        return redirect(url_for("chooser.show", s=sign_in.id), code=303)
    return redirect(url_for(PROVIDERS[found].page, key=found, s=sign_in.id), code=303)


def _unsupported(closed: UnsupportedService) -> str:
    if closed.forwards_only:
        return translate(
            "%(name)s only forwards mail, so there is no mailbox to connect. Please type the "
            "address that your mail arrives at.",
            name=closed.name,
        )
    if closed.ended:
        return translate(
            "%(name)s has closed its mailboxes, so there is none to connect. Please type the "
            "address that you use now.",
            name=closed.name,
        )
    return translate(
        "%(name)s has no way for other apps to sign in. Please use a different address.",
        name=closed.name,
    )


def _begin(*, complete: bool) -> ResponseReturnValue:
    try:
        sign_in = start.begin(complete=complete)
    except LinkRefused as refused:
        if done := start.connected_with(refused):
            return redirect(url_for("connected.show", s=done.id))
        raise
    count_arrival()
    return redirect(_first_page(sign_in))


def _first_page(sign_in: SignIn) -> str:
    """The page that the app's request leads to: the provider's, the chooser, or the first one."""
    named: dict[str, Any] = {"s": sign_in.id, "sent": flow.carry(sign_in)}
    if sign_in.provider:
        provider = PROVIDERS[sign_in.provider]
        return url_for(provider.page, key=provider.key, **named)
    if start.chooses_first(sign_in):
        return url_for("chooser.show", **named)
    return url_for("entry.show", **named)


def _page(form: EmailForm, sign_in: SignIn | None, *, again: tuple[str, str] = ("", "")) -> str:
    return render_template("pages/entry.html", form=form, sign_in=sign_in, again=again)
