"""The page that leads to a provider's own sign-in, the way there, and the way back."""

from collections.abc import Mapping
from urllib.parse import urljoin

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from latchkey.connect import Connected, Failed, Outcome, Send, oauth, report
from latchkey.connect.oauth import OAuthClient, PendingAuthorization
from latchkey.infra import logs
from latchkey.problems import PROBLEMS
from latchkey.problems.mailbox import ACCOUNT_MISMATCH
from latchkey.problems.oauth import LINK_OVER, OTHER_ACCOUNT, problem_for
from latchkey.providers import PROVIDERS, Provider
from latchkey.providers.capabilities import capabilities_of
from latchkey.web import flow
from latchkey.web.completion import attempt_of, counted, end, reference_to
from latchkey.web.flow import AuthorizationFailure, SignIn
from latchkey.web.in_app_browser import hindering_app
from latchkey.web.metrics import STEPS
from latchkey.web.services import get_services
from latchkey.web.start import choices, scope_for, start_elsewhere

bp = Blueprint("oauth", __name__)


@bp.get("/oauth/<key>")
def show(key: str) -> ResponseReturnValue:
    """Say where the person is about to go and what is asked there, or how the last try ended."""
    provider = _provider(key)
    sign_in = flow.load()
    if sign_in.grant:
        return redirect(url_for("connected.show", s=sign_in.id))
    client = _client(provider, sign_in)
    if client is None or key not in choices(sign_in):
        return _not_configured(provider, sign_in)
    flow.touch(sign_in)
    STEPS.count(step="provider")
    failure = sign_in.authorization_failure
    if failure and failure.provider != key:
        failure = None
    problem = PROBLEMS.get(failure.problem) if failure else None
    missing = failure.missing if failure else ()
    page = render_template(
        "pages/oauth.html",
        provider=provider,
        sign_in=sign_in,
        client=client,
        start_url=url_for(
            "oauth.start", key=key, s=sign_in.id, t=flow.link_token(sign_in, f"start {key}")
        ),
        failure=failure,
        problem=problem,
        support_code=failure.code if failure else "",
        permissions=_permissions(client),
        missing=[_permission_text(provider, scope) for scope in missing],
        admin_url=client.admin_consent_url(
            domain=sign_in.domain or "organizations",
            redirect_uri=_callback_url(key),
            state=get_services().approvals.state(key),
        ),
        app_browser=hindering_app(provider, request.user_agent.string),
        elsewhere_url=urljoin(_callback_url(key), start_elsewhere(sign_in)),
        back_url=urljoin(
            _callback_url(key), url_for("entry.show", login_hint=sign_in.display_address or None)
        ),
    )
    return page, problem.status if problem else 200


@bp.post("/oauth/<key>")
def use_account(key: str) -> ResponseReturnValue:
    """Go on with the account that the person signed in with instead of the one that was typed."""
    _provider(key)
    sign_in = flow.load()
    failure = sign_in.authorization_failure
    account = failure.account if failure else ""
    if _other_account(sign_in) and account and not sign_in.link_claims:
        flow.save(sign_in, email=account, display_address=account, authorization_failure=None)
    return redirect(url_for("oauth.show", key=key, s=sign_in.id), code=303)


@bp.get("/oauth/<key>/start")
def start(key: str) -> ResponseReturnValue:
    """Send the person to the provider, with a state that only this browser can bring back."""
    sign_in = flow.load()
    client = _client(_provider(key), sign_in)
    if client is None or key not in choices(sign_in):
        return redirect(url_for("oauth.show", key=key, s=sign_in.id))
    if not flow.is_from_our_page(sign_in, f"start {key}"):
        # A foreign page opened this address: the user has seen nothing of ours yet.
        return redirect(url_for("oauth.show", key=key, s=sign_in.id))
    pending = client.begin(sign_in=sign_in.id, redirect_uri=_callback_url(key))
    pick = _other_account(sign_in)
    STEPS.count(step="credentials")
    flow.save(sign_in, pending=pending, authorization_failure=None)
    get_services().webhooks.expect(reference_to(sign_in, key))
    return redirect(client.authorization_url(pending, email=sign_in.email, other_account=pick))


@bp.get("/oauth/<key>/callback")
def callback(key: str) -> ResponseReturnValue:
    """Take the code back, make it a grant, and leave this address with its secrets at once."""
    provider = _provider(key)
    state = request.args.get("state", "")
    if _is_admin_consent(request.args):
        ours = get_services().approvals.is_ours(state, key)
        return render_template(
            "pages/approved.html", provider=provider, ours=ours, refused="error" in request.args
        )
    try:
        sign_in = flow.load(state.partition(".")[0] or "none")
    except flow.SignInOver:
        return _no_trip(provider)
    client = _client(provider, sign_in)
    pending = oauth.pending_for(sign_in.pending, state=state, provider=key)
    states = get_services().oauth_states
    if client and pending and states.admit(state, request.args.get("code", "")):
        return _arrived(client, sign_in, _outcome(client, sign_in, pending))
    if sign_in.grant:
        return redirect(url_for("connected.show", s=sign_in.id), code=303)
    return _no_trip(provider)


def _is_admin_consent(query: Mapping[str, str]) -> bool:
    """Tell an administrator's answer from that of a user, whose state names a sign-in."""
    is_of_sign_in = "." in query.get("state", "")
    return "admin_consent" in query or (
        query.get("error_subcode") == "cancel" and not is_of_sign_in
    )


def _arrived(client: OAuthClient, sign_in: SignIn, outcome: Outcome) -> ResponseReturnValue:
    """Remember how it ended and lead on to the page that says so."""
    provider = client.provider
    able = capabilities_of(provider, asked=client.scopes)
    end(sign_in, provider, outcome, mailbox=provider.name, capabilities=able)
    if isinstance(outcome, Connected):
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


def _other_account(sign_in: SignIn) -> bool:
    failure = sign_in.authorization_failure
    kinds = (OTHER_ACCOUNT.kind, ACCOUNT_MISMATCH.kind)
    return failure is not None and failure.problem in kinds


def _provider(key: str) -> Provider:
    provider = PROVIDERS.get(key)
    if provider is None or provider.oauth is None:
        abort(404)
    return provider


def _client(provider: Provider, sign_in: SignIn) -> OAuthClient | None:
    client = get_services().oauth.get(provider.key)
    scope = scope_for(sign_in, provider)
    return client.asking_for(scope) if client and scope else client


def _not_configured(provider: Provider, sign_in: SignIn) -> ResponseReturnValue:
    return render_template(
        "pages/not_configured.html",
        provider=provider,
        sign_in=sign_in,
        support_code=logs.request_id(),
    )


def _callback_url(key: str) -> str:
    """As registered at the provider. Without PUBLIC_URL only this machine's names are answered."""
    base = get_services().settings.public_url or request.host_url
    return urljoin(base, url_for("oauth.callback", key=key))


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


def _outcome(client: OAuthClient, sign_in: SignIn, pending: PendingAuthorization) -> Outcome:
    if refused := _refused(client, pending):
        return counted(client.provider, refused)
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


def _no_trip(provider: Provider) -> ResponseReturnValue:
    report(provider, counted(provider, Failed(problem=LINK_OVER)))
    page = render_template("pages/problem.html", problem=LINK_OVER, support_code=logs.request_id())
    return page, LINK_OVER.status


def _permissions(client: OAuthClient) -> list[str]:
    known = client.provider.permissions
    asked = set(client.scopes)
    return [permission.text for permission in known if not asked or permission.scope in asked]


def _permission_text(provider: Provider, scope: str) -> str:
    for permission in provider.permissions:
        if permission.scope == scope:
            return permission.text
    return scope.rpartition("/")[2]
