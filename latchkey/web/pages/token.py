"""What the app's server asks: tokens for a code, and about tokens. As at Nylas, word for word.

Sources: Nylas API reference, ``POST /v3/connect/token`` and ``GET /v3/connect/tokeninfo``;
RFC 6749, 4.1.3 and 5; Fetch standard, "CORS protocol".
"""

import hmac
import logging
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from latchkey.apps import CodeRefused, Ticket, pkce
from latchkey.infra import logs
from latchkey.infra.errors import UpstreamError
from latchkey.nylas import TokenAnswer
from latchkey.web.services import get_services

bp = Blueprint("token", __name__)

_HELP = "https://developer.nylas.com/docs/api/errors/400-response/"
_JSON = "application/json"
# What is passed on to Nylas, and nothing else that somebody may send along.
_PASSED_ON = {
    "refresh_token": ("client_id", "client_secret", "grant_type", "refresh_token", "redirect_uri"),
    "client_credentials": ("client_id", "client_secret", "grant_type", "grant_id"),
}
_ASKED = ("access_token", "id_token")
# @nylas/connect sends the last two with every call.
_CORS_HEADERS = "Content-Type, x-nylas-connect, x-nylas-application-public-id"
_CORS_SECONDS = "600"


class _Refused(Exception):
    """No token: an error of RFC 6749, 5.2, its description, and the status."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status


@bp.post("/v3/connect/token")
def exchange() -> ResponseReturnValue:
    """Exchange a code for tokens; other kinds of requests go on to Nylas."""
    given = _read_body()
    kind = given.get("grant_type", "")
    if kind in _PASSED_ON:
        passed = {name: given[name] for name in _PASSED_ON[kind] if name in given}
        return _passed_on(get_services().nylas.token(passed))
    if kind != "authorization_code":
        error = "unsupported_grant_type" if kind else "invalid_request"
        raise _Refused(error, "grant_type must be authorization_code, refresh_token or "
                              "client_credentials")  # fmt: skip
    ticket = _ticket(given)
    codes = get_services().codes
    codes.use(ticket)
    try:
        token = _access_token(ticket)
    except BaseException:
        # The app may try again: nothing came of the code.
        codes.release(ticket)
        raise
    logs.event("token", provider=ticket.provider, outcome="exchanged")
    return jsonify(token)


@bp.get("/v3/connect/tokeninfo")
def inspect() -> ResponseReturnValue:
    """Tell whose token it is: our own ID tokens are read here, all others by Nylas."""
    query = {name: request.args[name] for name in _ASKED if request.args.get(name)}
    if len(query) != 1:
        raise _Refused("invalid_request", "Give one access_token or one id_token")
    services = get_services()
    client_id = services.return_addresses.client_id()
    claims = services.id_tokens.read(query.get("id_token", ""), client_id=client_id)
    if claims is None:
        return _passed_on(services.nylas.token_info(query))
    names = ("iss", "aud", "sub", "email", "iat", "exp")
    data = {name: claims[name] for name in names if name in claims}
    return jsonify(request_id=logs.request_id(), data=data)


@bp.get("/.well-known/jwks.json")
def public_keys() -> ResponseReturnValue:
    """Publish what ID tokens can be checked with."""
    response = jsonify(get_services().id_tokens.public_keys())
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@bp.after_request
def number(response: Response) -> Response:
    """Name the request as Nylas does: its SDKs show this with an error, and our log has it, too."""
    response.headers["x-request-id"] = logs.request_id()
    return response


@bp.after_request
def allow_apps(response: Response) -> Response:
    """Let the pages of apps read the answer, and nobody else's."""
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if origin and origin in _origins():
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = _CORS_HEADERS
        response.headers["Access-Control-Max-Age"] = _CORS_SECONDS
    return response


@bp.errorhandler(_Refused)
def refuse(refused: _Refused) -> ResponseReturnValue:
    """Answer in Nylas's shape, which has all four keys."""
    logs.event("token", outcome=refused.error, detail=refused.description)
    answer = jsonify(
        error=refused.error,
        error_description=refused.description,
        error_uri=_HELP,
        error_code=refused.status,
    )
    return answer, refused.status


@bp.errorhandler(CodeRefused)
def refuse_code(_: CodeRefused) -> ResponseReturnValue:
    """One answer for all that can be wrong with a code."""
    return refuse(_Refused("invalid_grant", "The code is wrong, too old, or was used before"))


@bp.errorhandler(UpstreamError)
def tell_of_trouble(error: UpstreamError) -> ResponseReturnValue:
    """Nylas gave no answer that could be passed on."""
    logs.event("nylas", level=logging.WARNING, detail=f"{type(error).__name__}: {error}")
    return refuse(_Refused("temporarily_unavailable", "Nylas does not answer", 503))


@bp.errorhandler(HTTPException)
def refuse_request(error: HTTPException) -> ResponseReturnValue:
    """What Flask refuses before anything of ours is asked."""
    return refuse(_Refused("invalid_request", error.name, error.code or 400))


@bp.errorhandler(Exception)
def fail(error: Exception) -> ResponseReturnValue:
    """The program itself failed."""
    logs.unexpected(error)
    return refuse(_Refused("server_error", "Something broke on our side", 500))


def _origins() -> frozenset[str]:
    try:
        return get_services().return_addresses.origins()
    except UpstreamError:
        # The answer says that our key is refused; no page of an app can do anything about it.
        return frozenset()


def _read_body() -> Mapping[str, str]:
    given = _read_json() if request.mimetype == _JSON else _read_form()
    if not isinstance(given, dict):
        raise _Refused("invalid_request", "The body must be one JSON object, or a form")
    texts = {name: value for name, value in given.items() if isinstance(value, str) and value}
    try:
        # JSON can name halves of characters (RFC 8259, 8.2), which nobody could pass on.
        "".join(texts.values()).encode()
    except UnicodeEncodeError:
        raise _Refused("invalid_request", "The body holds half a character") from None
    return texts


def _read_json() -> Any:
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _read_form() -> dict[str, str] | None:
    repeated = any(len(values) > 1 for _, values in request.form.lists())
    return None if repeated else request.form.to_dict()


def _ticket(given: Mapping[str, str]) -> Ticket:
    """The ticket of the code, if it is this app that asks, as it asked for the code."""
    for name in ("code", "client_id", "redirect_uri"):
        if name not in given:
            raise _Refused("invalid_request", f"{name} is missing")
    _check_client(given)
    ticket = get_services().codes.read(given["code"])
    verifier = given.get("code_verifier", "")
    if ticket.challenge:
        proved = pkce.proves(verifier, challenge=ticket.challenge, method=ticket.method)
    elif "client_secret" not in given:
        raise _Refused("invalid_client", "client_secret is missing", 401)
    else:
        # Who proves what nobody asked for mixed two sign-ins up (RFC 9700, 2.1.1).
        proved = not verifier
    if not proved:
        raise _Refused("invalid_grant", "code_verifier does not belong to the code")
    for name, bound in (("client_id", ticket.client_id), ("redirect_uri", ticket.redirect_uri)):
        if given[name] != bound:
            raise _Refused("invalid_grant", f"{name} is not the one of the code")
    return ticket


def _check_client(given: Mapping[str, str]) -> None:
    services = get_services()
    if given["client_id"] != services.return_addresses.client_id():
        raise _Refused("invalid_client", "client_id is not that of the Nylas application", 401)
    secret = given.get("client_secret")
    if secret is not None and not _same(secret, services.settings.nylas_api_key):
        raise _Refused("invalid_client", "client_secret is not the API key", 401)


def _access_token(ticket: Ticket) -> dict[str, Any]:
    services = get_services()
    answer = services.nylas.token_for(ticket.grant_id, client_id=ticket.client_id)
    access_token = answer.content.get("access_token")
    if answer.status != 200 or not isinstance(access_token, str):
        logs.event("nylas", level=logging.WARNING, detail=f"{answer.status} to client_credentials")
        raise _Refused("temporarily_unavailable", "Nylas gave no access token", 503)
    usual = {"expires_in": 3600, "scope": "", "token_type": "Bearer"}
    return {
        "access_token": access_token,
        **{name: answer.content.get(name, value) for name, value in usual.items()},
        "grant_id": ticket.grant_id,
        "provider": ticket.provider,
        **({"email": ticket.email} if ticket.email else {}),
        "id_token": services.id_tokens.issue(ticket, issuer=_issuer()),
    }


def _issuer() -> str:
    """This page's own address; without PUBLIC_URL only this machine's names are answered."""
    return get_services().settings.public_url or request.host_url.rstrip("/")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def _passed_on(answer: TokenAnswer) -> ResponseReturnValue:
    if not answer.content:
        return refuse(_Refused("temporarily_unavailable", "Nylas does not answer", 503))
    return jsonify(answer.content), answer.status
