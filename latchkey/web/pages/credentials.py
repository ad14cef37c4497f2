"""The page that takes a password, passes it on at once and forgets it."""

import secrets

from flask import Blueprint, abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from latchkey.connect import Credentials, Failed, Outcome, Send
from latchkey.infra import logs
from latchkey.infra.i18n import N_, translate
from latchkey.problems import Problem
from latchkey.problems.pages import NOT_OFFERED, OAUTH_ONLY
from latchkey.providers import PROVIDERS, Provider
from latchkey.web import flow, forms, limits, lost_answer, passwordless
from latchkey.web.access import access_by
from latchkey.web.completion import attempt_of, counted, keep_reason
from latchkey.web.end_password import end_password
from latchkey.web.field_errors import explain, say_at_field
from latchkey.web.flow import ConnectedGrant, SignIn
from latchkey.web.forms import CredentialsForm, credentials_form
from latchkey.web.lost_answer import WORDS, Lost
from latchkey.web.mailboxes import mailbox_of
from latchkey.web.metrics import STEPS
from latchkey.web.services import get_services
from latchkey.web.start import choices, scope_for
from latchkey.web.trouble import is_trouble_known

# How long before the end of an idle sign-in the page offers to go on (WCAG 2.2, 2.2.1).
_WARNED_SECONDS = 5 * 60

bp = Blueprint("credentials", __name__)

_NO_APP_PASSWORD = N_(
    "%(mailbox)s lets other apps in only with a password that it made for them. What you typed "
    "can’t be one, so it wasn’t sent. The steps on this page show how to get one."
)


@bp.get("/connect/<key>")
def show(key: str) -> ResponseReturnValue:
    """Show the form of a provider, with what was typed before."""
    provider = _provider(key)
    sign_in = flow.load()
    if sign_in.grant:
        return redirect(url_for("connected.show", s=sign_in.id))
    if problem := _blocker(provider, sign_in):
        return _problem_page(Failed(problem=problem), provider, sign_in)
    if not sign_in.email:
        flow.save(sign_in, provider=key)
        return redirect(url_for("entry.show", s=sign_in.id))
    lost = lost_answer.find(sign_in)
    if isinstance(lost, ConnectedGrant):
        flow.finish(sign_in, lost)
        return redirect(url_for("connected.show", s=sign_in.id))
    flow.touch(sign_in)
    STEPS.count(step="provider")
    form = credentials_form(provider, mailbox_of(provider, sign_in), typed=dict(sign_in.typed))
    return _form_page(form, provider, sign_in, lost=lost)


@bp.post("/connect/<key>")
def submit(key: str) -> ResponseReturnValue:
    """Send the credentials to Nylas, once, and lead on to the confirmation."""
    provider = _provider(key)
    sign_in = flow.load()
    if sign_in.grant:
        return redirect(url_for("connected.show", s=sign_in.id), code=303)
    if problem := _blocker(provider, sign_in):
        return _problem_page(Failed(problem=problem), provider, sign_in)
    if not sign_in.email:
        return redirect(url_for("entry.show", s=sign_in.id), code=303)
    form = credentials_form(provider, mailbox_of(provider, sign_in))
    forms.take_alternative(form)
    if not form.validate_on_submit():
        forms.ask_again(form)
        return _form_page(form, provider, sign_in, status=422)
    if form.asks_about_password() and not get_services().is_trial(sign_in.email):
        return _question_page(form, provider, sign_in)
    with lost_answer.kept_for(sign_in) as ended:
        outcome = _submit(form, provider, sign_in)
        ended(outcome)
        if isinstance(outcome, Failed):
            sign_in = flow.save(sign_in, typed=form.typed(), last_problem=outcome.problem.kind)
        limits.raise_if_limited(outcome)
        end_password(sign_in, outcome, form)
    if isinstance(outcome, Failed):
        return _failed(outcome, form, provider, sign_in)
    return redirect(url_for("connected.show", s=sign_in.id), code=303)


def _provider(key: str) -> Provider:
    provider = PROVIDERS.get(key)
    if provider is None or provider.oauth:
        abort(404)
    return provider


def _blocker(provider: Provider, sign_in: SignIn) -> Problem | None:
    """What makes it useless to ask for a password at all."""
    if provider.key not in choices(sign_in):
        return NOT_OFFERED
    return OAUTH_ONLY if passwordless.blocks(provider, sign_in) else None


def _submit(form: CredentialsForm, provider: Provider, sign_in: SignIn) -> Outcome:
    credentials = Credentials(
        form=form.fields_sent(),
        settings=provider.settings(sign_in.email, form.values()),
        login=form.identity.login,
        unique_login=not form.identity.needs_grant_lookup,
        scope=scope_for(sign_in, provider) if provider.scope else (),
    )

    def guard(send: Send) -> Send:
        def counting() -> Outcome:
            STEPS.count(step="credentials")
            return counted(provider, send(), sign_in)

        return limits.limited(sign_in, credentials.settings, counting)

    attempt = attempt_of(sign_in, provider, guard=guard)
    return get_services().submissions.submit_password(attempt, credentials)


def _failed(
    failed: Failed, form: CredentialsForm, provider: Provider, sign_in: SignIn
) -> ResponseReturnValue:
    problem = failed.problem
    if problem.place == "page":
        return _problem_page(failed, provider, sign_in)
    return _form_page(form, provider, sign_in, status=problem.status, failed=failed)


def _question_page(
    form: CredentialsForm, provider: Provider, sign_in: SignIn
) -> ResponseReturnValue:
    """Ask about a password that is no app password; nothing was sent, and no try is spent."""
    form["password"].errors = [translate(_NO_APP_PASSWORD, mailbox=form.mailbox.name)]
    form.anyway.data = "yes"
    return _form_page(form, provider, sign_in, status=422)


def _form_page(
    form: CredentialsForm,
    provider: Provider,
    sign_in: SignIn,
    *,
    status: int = 200,
    failed: Failed | None = None,
    lost: Lost | None = None,
) -> ResponseReturnValue:
    if failed:
        say_at_field(failed.problem, form)
    form.email.data = sign_in.display_address
    form.attempt.data = secrets.token_urlsafe(12)
    page = render_template(
        "pages/credentials.html",
        form=form,
        provider=provider,
        sign_in=sign_in,
        mailbox=form.mailbox,
        problem=failed.problem if failed else None,
        problem_text=explain(failed.problem, form) if failed else "",
        access_list=access_by(form, sign_in),
        trouble=is_trouble_known(provider, form.mailbox),
        ways=forms.alternatives(form, failed.problem) if failed else forms.corrections(form),
        support_code=_support_code(failed) if failed else "",
        lost=WORDS[lost] if lost else None,
        keep_open_seconds=flow.IDLE_SECONDS - _WARNED_SECONDS,
        **passwordless.note(form, sign_in),
    )
    return page, status


def _problem_page(failed: Failed, provider: Provider, sign_in: SignIn) -> ResponseReturnValue:
    keep_reason(failed.problem)
    mailbox = mailbox_of(provider, sign_in)
    host = get_services().hosts.find(sign_in.domain) or mailbox.passwordless
    instead = passwordless.way_instead(host, sign_in)
    page = render_template(
        "pages/problem.html",
        problem=passwordless.as_far_as_offered(failed.problem, host, sign_in),
        instead=instead if failed.problem is OAUTH_ONLY else None,
        sign_in=sign_in,
        wait=failed.wait,
        typed=sign_in.display_address,
        mailbox_name=host.short_name if host else mailbox.name,
        again=url_for("credentials.show", key=provider.key, s=sign_in.id),
        support_code=_support_code(failed),
    )
    response = make_response(page, failed.problem.status)
    if failed.wait:
        response.headers["Retry-After"] = str(failed.wait)
    return response


def _support_code(failed: Failed) -> str:
    return failed.request_id or logs.request_id()
