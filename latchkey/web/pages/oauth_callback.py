"""The address that a provider sends people back to, with a code, an error or an approval."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from latchkey.connect import Connected, Failed, Outcome, Send, oauth, report
from latchkey.connect.oauth import OAuthClient, PendingAuthorization
from latchkey.infra import logs
from latchkey.problems.oauth import LINK_OVER
from latchkey.problems.oauth_codes import problem_for
from latchkey.providers import Provider
from latchkey.providers.capabilities import capabilities_of
from latchkey.web import flow, limits, oauth_return, trouble
from latchkey.web.completion import attempt_of, counted, end
from latchkey.web.flow import AuthorizationFailure, SignIn
from latchkey.web.oauth_clients import client_for, oauth_provider
from latchkey.web.services import get_services

bp = Blueprint("oauth_callback", __name__)


@bp.get("/oauth/<key>/callback")
def callback(key: str) -> ResponseReturnValue:
    """Take the code back, make it a grant, and leave this address with its secrets at once."""
    provider = oauth_provider(key)
    state = request.args.get("state", "")
    if _is_admin_consent(request.args):
        return _approved(provider, state)
    if (former := flow.former(oauth_return.signin_id(state))) and former.grant:
        return redirect(url_for("connected.show", s=former.id), code=303)
    try:
        sign_in = flow.load(oauth_return.signin_id(state) or "none")
    except flow.SignInOver:
        limits.take_step("oauth_callback", None)
        return _go_on(provider, oauth_return.continued(provider, state))
    client = client_for(provider, sign_in)
    pending = oauth.pending_for(sign_in.pending, state=state, provider=key)
    code = request.args.get("code", "")
    limits.take_step("oauth_exchange" if pending and code else "oauth_callback", sign_in)
    # Only now is the state used up: the same address leads on once the limits have room again.
    if client and pending and get_services().oauth_states.admit(state, code):
        return _arrived(client, sign_in, _outcome(client, sign_in, pending))
    return _go_on(provider, sign_in)


def _is_admin_consent(query: Mapping[str, str]) -> bool:
    """Tell an administrator's answer from that of a user, whose state names a sign-in."""
    is_of_sign_in = "." in query.get("state", "")
    return "admin_consent" in query or (
        query.get("error_subcode") == "cancel" and not is_of_sign_in
    )


def _approved(provider: Provider, state: str) -> ResponseReturnValue:
    ours = get_services().approvals.is_ours(state, provider.key)
    return render_template(
        "pages/approved.html", provider=provider, ours=ours, refused="error" in request.args
    )


def _go_on(provider: Provider, sign_in: SignIn) -> ResponseReturnValue:
    """Lead from a callback that counts for nothing to the page where the sign-in goes on.

    An authorization that is under way in another tab stays good.
    """
    report(provider, counted(provider, Failed(problem=LINK_OVER), sign_in))
    failure = sign_in.authorization_failure
    if sign_in.pending or not failure or failure.provider != provider.key:
        failure = AuthorizationFailure(
            provider=provider.key, problem=LINK_OVER.kind, code=logs.request_id()
        )
        flow.save(sign_in, authorization_failure=failure)
    return redirect(url_for("oauth.show", key=provider.key, s=sign_in.id), code=303)


def _outcome(client: OAuthClient, sign_in: SignIn, pending: PendingAuthorization) -> Outcome:
    if refused := _refused(client, pending):
        return counted(client.provider, refused, sign_in)
    app = sign_in.app

    def guard(send: Send) -> Send:
        return lambda: counted(client.provider, send(), sign_in)

    return get_services().submissions.submit_authorization_code(
        attempt_of(sign_in, client.provider, guard=guard),
        client,
        pending,
        request.args["code"],
        credential_id=app.credential_id if app else "",
    )


def _refused(client: OAuthClient, pending: PendingAuthorization) -> Failed | None:
    """Why the provider's answer leads nowhere, None when it holds a code."""
    query = request.args
    if any(len(query.getlist(name)) > 1 for name in ("code", "state", "error", "iss")):
        return Failed(problem=LINK_OVER, detail="repeated parameter")
    if "iss" in query and not client.is_from_here(pending, query["iss"]):
        return Failed(problem=LINK_OVER, detail="foreign issuer")
    if "error" in query:
        refused = oauth.refused_by(query)
        return Failed(problem=problem_for(refused), detail=str(refused))
    if not query.get("code"):
        return Failed(problem=LINK_OVER, detail="no code")
    return None


def _arrived(client: OAuthClient, sign_in: SignIn, outcome: Outcome) -> ResponseReturnValue:
    """Remember how it ended and lead on to the page that says so."""
    provider = client.provider
    trouble.note_oauth(provider, outcome)
    able = capabilities_of(provider, asked=client.scopes)
    end(sign_in, provider, outcome, mailbox=provider.name, capabilities=able)
    if isinstance(outcome, Connected):
        limits.remember_browser()
        return redirect(url_for("connected.show", s=sign_in.id), code=303)
    failure = AuthorizationFailure(
        provider=provider.key,
        problem=outcome.problem.kind,
        code=outcome.request_id or logs.request_id(),
        account=outcome.account,
        missing=outcome.missing,
        wait=outcome.wait,
    )
    flow.save(
        sign_in, pending=None, authorization_failure=failure, last_problem=outcome.problem.kind
    )
    return redirect(url_for("oauth.show", key=provider.key, s=sign_in.id), code=303)
