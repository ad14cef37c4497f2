"""What people see at a provider: the consent page, and the administrator's approval."""

from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from latchkey.sandbox.oauth.checks import find_problem, is_account
from latchkey.sandbox.oauth.endings import ENDINGS, Ending
from latchkey.sandbox.oauth.registry import RULES, Rules, is_fixed, is_registered
from latchkey.sandbox.oauth.state import Allowed, Transaction, current_state
from latchkey.sandbox.texts import N_

bp = Blueprint("oauth_pages", __name__, template_folder="templates")

MAX_BODY_BYTES = 64 * 1024

_BY_NAME = {ending.name: ending for ending in ENDINGS}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


@bp.before_request
def limit_body() -> None:
    """Keep what is held in memory small."""
    request.max_content_length = MAX_BODY_BYTES


@bp.after_request
def protect(answer: Response) -> Response:
    """Set the headers that the pages around them have too."""
    answer.headers.update(_HEADERS)
    return answer


@bp.errorhandler(HTTPException)
def refuse(error: HTTPException) -> tuple[str, int]:
    """Say on a page what is wrong; people are sent nowhere."""
    return render_template("sandbox/refused.html", error=error), error.code or 500


@bp.get("/oauth/<provider>/authorize")
def authorize(provider: str) -> AnyResponse | str:
    """Ask for consent (RFC 6749, 4.1.1). Client and redirect URI are checked before all else."""
    rules = _rules(provider)
    query = request.args
    redirect_uri = _redirect_uri(rules)
    issuer = request.host_url.rstrip("/")
    error, text = find_problem(query, rules)
    transaction = Transaction(
        provider=provider,
        issuer=issuer,
        redirect_uri=redirect_uri,
        state=query.get("state", ""),
        scopes=tuple(dict.fromkeys(query.get("scope", "").split())),
        challenge=query.get("code_challenge", ""),
        nonce=query.get("nonce", ""),
        offline=query.get("access_type") == "offline",
        consents="consent" in query.get("prompt", "").split(),
    )
    if error:
        return _back(rules, transaction, error=error, error_description=text)
    if transaction.consents:
        current_state().events.append(("consent-forced", provider))
    name = current_state().transactions.put(transaction)
    return _consent_page(rules, transaction, name, query.get("login_hint", ""))


@bp.post("/oauth/<provider>/authorize")
def decide(provider: str) -> AnyResponse | tuple[str, int]:
    """Send the person back with a code, or with the error that was chosen."""
    rules = _rules(provider)
    name = request.form.get("transaction", "")
    transaction = current_state().transactions.get(name)
    if transaction is None or transaction.provider != provider:
        abort(400, N_("This page was used before, or it is too old."))
    ending = _chosen()
    account = request.form.get("account", "").strip()
    refused = bool(ending.error) and not ending.token_status
    if not refused and not is_account(account):
        return _consent_page(rules, transaction, name, account, wrong=True), 422
    if current_state().transactions.take(name) is None:
        abort(400, N_("This page was used before."))
    if refused:
        return _refuse(rules, transaction, ending)
    allowed = Allowed(
        transaction=transaction,
        account=account,
        granted=_granted(rules, transaction),
        ending=ending.name,
    )
    return _back(rules, transaction, code=current_state().codes.put(allowed))


@bp.get("/oauth/microsoft/adminconsent")
def admin_consent() -> str:
    """Let an administrator approve (Microsoft identity platform, admin consent)."""
    redirect_uri = _redirect_uri(RULES["microsoft"])
    state = {"state": request.args["state"]} if "state" in request.args else {}
    approved = {"admin_consent": "True", "tenant": "sandbox", **state}
    refused = {"error": "access_denied", "error_subcode": "cancel", **state}
    return render_template(
        "sandbox/adminconsent.html",
        rules=RULES["microsoft"],
        scopes=request.args.get("scope", "").split(),
        approve=f"{redirect_uri}?{urlencode(approved)}",
        refuse=f"{redirect_uri}?{urlencode(refused)}",
    )


def _rules(provider: str) -> Rules:
    return RULES.get(provider) or abort(404)


def _redirect_uri(rules: Rules) -> str:
    """The redirect URI to use; an unregistered one gets a page that says so."""
    clients = request.args.getlist("client_id")
    addresses = request.args.getlist("redirect_uri")
    if clients != [rules.client_id]:
        abort(400, N_("This client is not known."))
    below = request.script_root.removesuffix("/sandbox")
    if len(addresses) != 1 or not is_registered(addresses[0], rules.key, below=below):
        abort(400, N_("This redirect URI is not registered."))
    return addresses[0]


def _consent_page(
    rules: Rules, transaction: Transaction, name: str, account: str, *, wrong: bool = False
) -> str:
    scopes = [(scope, is_fixed(scope)) for scope in transaction.scopes]
    return render_template(
        "sandbox/consent.html",
        rules=rules,
        transaction=name,
        account=account,
        scopes=[(scope, True) for scope in rules.app_scopes] or scopes,
        endings=ENDINGS,
        wrong=wrong,
    )


def _chosen() -> Ending:
    """The button decides; the list of endings says how "allow" goes on."""
    decision = request.form.get("decision", "")
    if decision in ("", "allow"):
        decision = request.form.get("ending", "") or "allow"
    return _BY_NAME.get(decision) or abort(400, N_("This decision is not known."))


def _granted(rules: Rules, transaction: Transaction) -> tuple[str, ...]:
    ticked = set(request.form.getlist("scope"))
    granted = (scope for scope in transaction.scopes if is_fixed(scope) or scope in ticked)
    return rules.app_scopes or tuple(granted)


def _refuse(rules: Rules, transaction: Transaction, ending: Ending) -> AnyResponse:
    microsoft = rules.key == "microsoft" and ending.number
    return _back(
        rules,
        transaction,
        error="access_denied" if microsoft else ending.error,
        error_description=f"AADSTS{ending.number}: {ending.shows}" if microsoft else ending.shows,
    )


def _back(rules: Rules, transaction: Transaction, **result: str) -> AnyResponse:
    # RFC 6749, 4.1.2: state is there when it was there before.
    state = {"state": transaction.state} if transaction.state else {}
    # RFC 9207: the answer names who gave it.
    issuer = {"iss": transaction.issuer} if rules.issuer else {}
    return redirect(f"{transaction.redirect_uri}?{urlencode({**result, **state, **issuer})}")
