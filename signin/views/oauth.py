"""The page that leads to a provider's own sign-in, the way there, and the way back."""

from urllib.parse import urljoin

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from signin import flow, logs, oauth
from signin.arrival import choices, scope_for
from signin.authorization import finish
from signin.ending import end
from signin.flow import SignIn
from signin.handoff import AppRequest, Pin
from signin.oauth import OAuthClient, Trip
from signin.problems import PROBLEMS
from signin.problems.oauth import LINK_OVER, OTHER_ACCOUNT, problem_for
from signin.providers import PROVIDERS, Provider
from signin.services import get_services
from signin.submission import Connected, Failed, Outcome, report

bp = Blueprint("oauth", __name__)


@bp.get("/oauth/<key>")
def show(key: str) -> ResponseReturnValue:
    """Say where the person is about to go and what is asked there, or how the last try ended."""
    provider = _provider(key)
    signin = flow.load()
    if signin.grant:
        return redirect(url_for("connected.show", s=signin.id))
    client = _client(provider, signin)
    if client is None or key not in choices(signin):
        return _not_configured(provider, signin)
    flow.touch(signin)
    failure = signin.failure if signin.failure.get("provider") == key else {}
    problem = PROBLEMS.get(failure.get("problem", ""))
    page = render_template(
        "pages/oauth.html",
        provider=provider,
        signin=signin,
        client=client,
        failure=failure,
        problem=problem,
        support_code=failure.get("code", ""),
        permissions=_permissions(client),
        missing=[_permission_text(provider, scope) for scope in failure.get("missing", ())],
        admin_url=client.admin_consent_url(
            domain=signin.domain or "organizations", redirect_uri=_callback_url(key)
        ),
        back_url=urljoin(
            _callback_url(key), url_for("entry.show", login_hint=signin.shown or None)
        ),
    )
    return page, problem.status if problem else 200


@bp.post("/oauth/<key>")
def use_account(key: str) -> ResponseReturnValue:
    """Go on with the account that the person signed in with instead of the one that was typed."""
    _provider(key)
    signin = flow.load()
    account = signin.failure.get("account", "")
    if signin.failure.get("problem") == OTHER_ACCOUNT.kind and account and not signin.pin:
        flow.save(signin, email=account, shown=account, failure={})
    return redirect(url_for("oauth.show", key=key, s=signin.id), code=303)


@bp.get("/oauth/<key>/start")
def start(key: str) -> ResponseReturnValue:
    """Send the person to the provider, with a state that only this browser can bring back."""
    signin = flow.load()
    client = _client(_provider(key), signin)
    if client is None or key not in choices(signin):
        return redirect(url_for("oauth.show", key=key, s=signin.id))
    trip = client.begin(sign_in=signin.id, redirect_uri=_callback_url(key))
    pick = signin.failure.get("problem") == OTHER_ACCOUNT.kind
    flow.save(signin, oauth=oauth.store(trip), failure={})
    return redirect(client.authorization_url(trip, email=signin.email, other_account=pick))


@bp.get("/oauth/<key>/callback")
def callback(key: str) -> ResponseReturnValue:
    """Take the code back, make it a grant, and leave this address with its secrets at once."""
    provider = _provider(key)
    if "admin_consent" in request.args or request.args.get("error_subcode") == "cancel":
        return render_template("pages/approved.html", refused="error" in request.args)
    state = request.args.get("state", "")
    try:
        signin = flow.load(state.partition(".")[0] or "none")
    except flow.SignInOver:
        return _no_trip(provider)
    client = _client(provider, signin)
    trip = oauth.trip_of(signin.oauth, state=state, provider=key)
    if client and trip:
        return _arrived(provider, signin, _outcome(client, signin, trip))
    if signin.grant:
        return redirect(url_for("connected.show", s=signin.id), code=303)
    return _no_trip(provider)


def _arrived(provider: Provider, signin: SignIn, outcome: Outcome) -> ResponseReturnValue:
    """Remember how it ended and lead on to the page that says so."""
    end(signin, provider, outcome, mailbox=provider.name)
    if isinstance(outcome, Connected):
        return redirect(url_for("connected.show", s=signin.id), code=303)
    failure = {
        "provider": provider.key,
        "problem": outcome.problem.kind,
        "code": outcome.request_id or logs.request_id(),
        "account": outcome.account,
        "missing": list(outcome.missing),
        "wait": outcome.wait,
    }
    flow.save(signin, oauth={}, failure=failure, failed=outcome.problem.kind)
    return redirect(url_for("oauth.show", key=provider.key, s=signin.id), code=303)


def _provider(key: str) -> Provider:
    provider = PROVIDERS.get(key)
    if provider is None or provider.oauth is None:
        abort(404)
    return provider


def _client(provider: Provider, signin: SignIn) -> OAuthClient | None:
    client = get_services().oauth.get(provider.key)
    scope = scope_for(signin, provider)
    return client.asking_for(scope) if client and scope else client


def _not_configured(provider: Provider, signin: SignIn) -> ResponseReturnValue:
    return render_template(
        "pages/not_configured.html",
        provider=provider,
        signin=signin,
        support_code=logs.request_id(),
    )


def _callback_url(key: str) -> str:
    """As registered at the provider. Without PUBLIC_URL only this machine's names are answered."""
    base = get_services().settings.public_url or request.host_url
    return urljoin(base, url_for("oauth.callback", key=key))


def _outcome(client: OAuthClient, signin: SignIn, trip: Trip) -> Outcome:
    query = request.args
    if any(len(query.getlist(name)) > 1 for name in ("code", "state", "error", "iss")):
        return Failed(problem=LINK_OVER, detail="repeated parameter")
    if "iss" in query and not client.is_from_here(trip, query["iss"]):
        return Failed(problem=LINK_OVER, detail="foreign issuer")
    if "error" in query:
        refused = oauth.refused_by(query)
        return Failed(problem=problem_for(refused), detail=str(refused))
    if not query.get("code"):
        return Failed(problem=LINK_OVER, detail="no code")
    # Once for each code: a repeated callback, as browsers may send, gets the first one's outcome.
    services = get_services()
    pin = Pin.unpack(signin.pin)
    app = AppRequest.unpack(signin.app)

    def send() -> Outcome:
        return finish(
            client,
            services.nylas,
            services.gate,
            trip,
            query["code"],
            email=signin.email,
            pinned=pin is not None,
            credential_id=app.credential_id if app else "",
        )

    return services.submissions.once(
        {"state": trip.state, "code": query["code"]}, lambda: services.links.once(pin, send)
    )


def _no_trip(provider: Provider) -> ResponseReturnValue:
    report(provider, Failed(problem=LINK_OVER))
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
