"""What programs call at a provider: token, userinfo, revoke."""

import hashlib
import hmac
import re
import secrets
from urllib.parse import unquote_plus

from flask import Blueprint, Response, abort, jsonify, request

from latchkey.sandbox.oauth.checks import repeats
from latchkey.sandbox.oauth.endings import ENDINGS
from latchkey.sandbox.oauth.identity import make_id_token, unpadded
from latchkey.sandbox.oauth.identity import userinfo as tell
from latchkey.sandbox.oauth.pages import MAX_BODY_BYTES
from latchkey.sandbox.oauth.refusals import Refused, answer_refusal
from latchkey.sandbox.oauth.registry import RULES, Rules
from latchkey.sandbox.oauth.state import TOKEN_SECONDS, Allowed, current_state
from latchkey.sandbox.payload import TOKEN_PREFIX

bp = Blueprint("oauth_tokens", __name__)
bp.register_error_handler(Refused, answer_refusal)

_BY_NAME = {ending.name: ending for ending in ENDINGS}
# RFC 7636, 4.1.
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@bp.before_request
def limit_body() -> None:
    """Keep what is held in memory small."""
    request.max_content_length = MAX_BODY_BYTES


@bp.after_request
def keep_out_of_caches(answer: Response) -> Response:
    """Tokens must not be cached (RFC 6749, 5.1)."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/oauth/<provider>/token")
def token(provider: str) -> Response:
    """Turn a code into tokens (RFC 6749, 4.1.3), once."""
    rules = _rules(provider)
    if request.mimetype != "application/x-www-form-urlencoded" or repeats(request.form):
        raise Refused("invalid_request", "Not a form, or a field is there twice", number=90023)
    _require_client(rules)
    grant_type = request.form.get("grant_type")
    if not grant_type:
        raise Refused("invalid_request", "grant_type is missing", number=900144)
    if grant_type != "authorization_code":
        # Refreshing is Nylas's business: who hands a token on must not have used it.
        current_state().events.append(("refreshed", provider))
        raise Refused("unsupported_grant_type", "Only authorization_code", number=70003)
    allowed = _redeem(rules)
    ending = _BY_NAME[allowed.ending]
    if ending.token_status == 503:
        return Response("<html>Service unavailable</html>", 503)
    if ending.token_status:
        raise Refused(ending.error, ending.shows, number=ending.number, status=ending.token_status)
    return jsonify(_tokens(rules, allowed))


@bp.get("/oauth/<provider>/userinfo")
def userinfo(provider: str) -> Response:
    """Tell whose access token it is."""
    rules = _rules(provider)
    bearer = request.authorization
    name = (bearer.token or "") if bearer and bearer.type == "bearer" else ""
    allowed = current_state().access_tokens.get(name)
    if allowed is None or allowed.transaction.provider != provider:
        return _bearer_refusal(401, "invalid_token")
    if rules.userinfo_scope and rules.userinfo_scope not in allowed.granted:
        return _bearer_refusal(403, "insufficient_scope")
    return jsonify(tell(rules, allowed))


@bp.post("/oauth/google/revoke")
def revoke() -> Response:
    """Take tokens back (RFC 7009); which ones are unknown, Google says, where the RFC would not."""
    state = current_state()
    name = request.form.get("token", "")
    allowed = state.access_tokens.get(name) or state.refresh_tokens.get(name)
    if allowed is None or allowed.transaction.provider != "google":
        answer = jsonify(error="invalid_token", error_description="Token expired or revoked")
        answer.status_code = 400
        return answer
    state.access_tokens.forget(allowed)
    state.refresh_tokens.forget(allowed)
    state.consented.forget_name(_consent_name(allowed))
    state.events.append(("revoked", "google"))
    return jsonify({})


def _rules(provider: str) -> Rules:
    return RULES.get(provider) or abort(404)


def _bearer_refusal(status: int, error: str) -> Response:
    """RFC 6750, 3."""
    answer = jsonify(error=error)
    answer.status_code = status
    answer.headers["WWW-Authenticate"] = f'Bearer error="{error}"'
    return answer


def _require_client(rules: Rules) -> None:
    """Client authentication (RFC 6749, 2.3.1) by HTTP Basic, or in the form where that is taken."""
    basic = request.authorization
    form = request.form
    if basic and "client_secret" in form:
        raise Refused("invalid_request", "Two ways of authentication at once", number=90023)
    given = (form.get("client_id", ""), form.get("client_secret", ""))
    if basic:
        # Both were form-encoded before they were joined.
        given = (unquote_plus(basic.username or ""), unquote_plus(basic.password or ""))
    known = f"{rules.client_id}:{rules.client_secret}".encode()
    same = hmac.compare_digest(":".join(given).encode(), known)
    # Who sends the name in the form as well must not contradict.
    same &= form.get("client_id", rules.client_id) == rules.client_id
    if not same or (rules.basic_only and not basic):
        raise Refused("invalid_client", "Unknown client or secret", number=7000215, status=401)


def _redeem(rules: Rules) -> Allowed:
    codes = current_state().codes
    form = request.form
    name = form.get("code", "")
    allowed = codes.take(name)
    if allowed is None:
        number = {"used": 54005, "expired": 70008, "unknown": 70000}[codes.why_absent(name)]
        raise Refused("invalid_grant", "The code is used, expired or unknown", number=number)
    if allowed.transaction.provider != rules.key:
        raise Refused("invalid_grant", "The code is another client's", number=70000)
    if form.get("redirect_uri") != allowed.transaction.redirect_uri:
        raise Refused(rules.redirect_error, "Another redirect URI than before", number=50011)
    if not _proves(form.get("code_verifier", ""), allowed.transaction.challenge):
        raise Refused("invalid_grant", "The verifier does not match", number=501481)
    return allowed


def _proves(verifier: str, challenge: str) -> bool:
    """PKCE (RFC 7636, 4.6)."""
    made = unpadded(hashlib.sha256(verifier.encode()).digest())
    same = hmac.compare_digest(made.encode(), challenge.encode())
    return same and _VERIFIER.fullmatch(verifier) is not None


def _tokens(rules: Rules, allowed: Allowed) -> dict[str, object]:
    state = current_state()
    content: dict[str, object] = {
        "access_token": state.access_tokens.put(allowed),
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": " ".join(allowed.granted),
    }
    if _gives_refresh_token(rules, allowed):
        dead = f"dead-{secrets.token_urlsafe(24)}-{allowed.account}"
        refresh_token = dead if allowed.ending == "dead-token" else TOKEN_PREFIX + allowed.account
        content["refresh_token"] = refresh_token
        if rules.key == "google":
            state.refresh_tokens.keep(refresh_token, allowed)
    if rules.id_token and "openid" in allowed.granted:
        content["id_token"] = make_id_token(rules, allowed, int(state.clock()))
    return content


def _gives_refresh_token(rules: Rules, allowed: Allowed) -> bool:
    if allowed.ending == "no-refresh-token":
        return False
    if rules.key == "microsoft":
        return "offline_access" in allowed.granted
    if rules.key != "google":
        return True
    # Google gives one for the first consent of an account, later only when asked to ask again.
    first = current_state().consented.keep(_consent_name(allowed), True)
    return allowed.transaction.offline and (first or allowed.transaction.consents)


def _consent_name(allowed: Allowed) -> str:
    return f"{allowed.transaction.provider} {allowed.account.casefold()}"
