"""The page that takes a password, passes it on at once and forgets it."""

import secrets

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from signin import flow, logs
from signin.arrival import choices, scope_for
from signin.ending import end
from signin.flow import SignIn
from signin.forms import CredentialsForm, Mailbox, credentials_form
from signin.handoff import AppRequest, Pin
from signin.i18n import translate
from signin.problems import Problem
from signin.problems.nylas import WRONG_PASSWORD
from signin.problems.pages import NOT_OFFERED, OAUTH_ONLY
from signin.providers import PROVIDERS, Provider
from signin.services import get_services
from signin.submission import Failed, Outcome, connect

bp = Blueprint("credentials", __name__)

ICLOUD_IMAP = "imap.mail.me.com"


@bp.get("/connect/<key>")
def show(key: str) -> ResponseReturnValue:
    """Show the form of a provider, with what was typed before."""
    provider = _provider(key)
    signin = flow.load()
    if signin.grant:
        return redirect(url_for("connected.show", s=signin.id))
    if problem := _hindrance(provider, signin):
        return _problem_page(Failed(problem=problem), provider, signin)
    if not signin.email:
        flow.save(signin, provider=key)
        return redirect(url_for("entry.show", s=signin.id))
    flow.touch(signin)
    form = credentials_form(provider, _mailbox(provider, signin), typed=signin.typed)
    return _form_page(form, provider, signin)


@bp.post("/connect/<key>")
def submit(key: str) -> ResponseReturnValue:
    """Send the credentials to Nylas, once, and lead on to the confirmation."""
    provider = _provider(key)
    signin = flow.load()
    if signin.grant:
        return redirect(url_for("connected.show", s=signin.id), code=303)
    if problem := _hindrance(provider, signin):
        return _problem_page(Failed(problem=problem), provider, signin)
    if not signin.email:
        return redirect(url_for("entry.show", s=signin.id), code=303)
    form = credentials_form(provider, _mailbox(provider, signin))
    if not form.validate_on_submit():
        return _form_page(form, provider, signin, status=422)
    outcome = _send(form, provider, signin)
    end(signin, provider, outcome, mailbox=form.mailbox.name)
    if isinstance(outcome, Failed):
        return _failed(outcome, form, provider, signin)
    return redirect(url_for("connected.show", s=signin.id), code=303)


def _provider(key: str) -> Provider:
    provider = PROVIDERS.get(key)
    if provider is None or provider.oauth:
        abort(404)
    return provider


def _hindrance(provider: Provider, signin: SignIn) -> Problem | None:
    """What makes it useless to ask for a password at all."""
    if provider.key not in choices(signin):
        return NOT_OFFERED
    host = _mailbox(provider, signin).host
    return OAUTH_ONLY if provider.key == "imap" and host and not host.password_login else None


def _mailbox(provider: Provider, signin: SignIn) -> Mailbox:
    services = get_services()
    hosts = services.hosts
    host = hosts.find(signin.domain)
    app = AppRequest.unpack(signin.app)
    if provider.key == "icloud":
        # Also for an own domain at iCloud, which needs the same kind of password.
        host = hosts.by_imap_host(ICLOUD_IMAP)
    return Mailbox(
        email=signin.email,
        domain=signin.domain,
        host=host if provider.key != "ews" else None,
        hosts=hosts,
        settings=services.settings,
        must_send=app is not None and app.smtp_required,
    )


def _send(form: CredentialsForm, provider: Provider, signin: SignIn) -> Outcome:
    services = get_services()
    settings = provider.settings(signin.email, form.values())

    def send() -> Outcome:
        return connect(
            services.nylas,
            services.gate,
            provider,
            email=signin.email,
            settings=settings,
            scope=scope_for(signin, provider) if provider.scope else (),
        )

    pin = Pin.unpack(signin.pin)
    return services.submissions.once(
        {"salt": signin.salt, **request.form}, lambda: services.links.once(pin, send)
    )


def _failed(
    failed: Failed, form: CredentialsForm, provider: Provider, signin: SignIn
) -> ResponseReturnValue:
    problem = failed.problem
    signin = flow.save(signin, typed=form.typed(), failed=problem.kind)
    if problem.place == "page":
        return _problem_page(failed, provider, signin)
    return _form_page(form, provider, signin, status=problem.status, failed=failed)


def _form_page(
    form: CredentialsForm,
    provider: Provider,
    signin: SignIn,
    *,
    status: int = 200,
    failed: Failed | None = None,
) -> ResponseReturnValue:
    if failed:
        _say_at_field(failed.problem, form)
    form.email.data = signin.shown
    form.attempt.data = secrets.token_urlsafe(12)
    page = render_template(
        "pages/credentials.html",
        form=form,
        provider=provider,
        signin=signin,
        mailbox=form.mailbox,
        problem=failed.problem if failed else None,
        support_code=_support_code(failed) if failed else "",
    )
    return page, status


def _say_at_field(problem: Problem, form: CredentialsForm) -> None:
    """Put the problem beside the field it is about, if the form has that field."""
    name = form.provider.server_field if problem.place == "server" else problem.place
    if name not in form:
        return
    mailbox = form.mailbox
    text = translate(problem.text, mailbox=mailbox.name, company=mailbox.settings.brand_name)
    if problem is WRONG_PASSWORD and mailbox.host and mailbox.host.help:
        text += " " + translate("The note above may help.")
    form[name].errors = [text]


def _problem_page(failed: Failed, provider: Provider, signin: SignIn) -> ResponseReturnValue:
    page = render_template(
        "pages/problem.html",
        problem=failed.problem,
        signin=signin,
        wait=failed.wait,
        mailbox_name=_mailbox(provider, signin).name,
        again=url_for("credentials.show", key=provider.key, s=signin.id),
        support_code=_support_code(failed),
    )
    response = make_response(page, failed.problem.status)
    if failed.wait:
        response.headers["Retry-After"] = str(failed.wait)
    return response


def _support_code(failed: Failed) -> str:
    return failed.request_id or logs.request_id()
