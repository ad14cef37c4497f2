"""What the app's server asks: tokens for a code, and about tokens. As at Nylas, word for word.

The rules are in ``latchkey.apps.token_endpoint``; here bodies are read and answers written.
Source: Fetch standard, "CORS protocol".
"""

import logging
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from latchkey.apps import TokenRefused
from latchkey.infra import logs
from latchkey.infra.errors import UpstreamError
from latchkey.nylas import TokenAnswer
from latchkey.web.own_address import own_address
from latchkey.web.security import OriginRefused
from latchkey.web.services import get_services

bp = Blueprint("token", __name__)

_HELP = "https://developer.nylas.com/docs/api/errors/400-response/"
_JSON = "application/json"
# @nylas/connect sends the last two with every call.
_CORS_HEADERS = "Content-Type, x-nylas-connect, x-nylas-application-public-id"
_CORS_SECONDS = "600"


@bp.post("/v3/connect/token")
def exchange() -> ResponseReturnValue:
    """Exchange a code for tokens; other kinds of requests go on to Nylas."""
    given = _read_body()
    _check_brand(given)
    answer = get_services().token_endpoint.token(
        given, authorization=request.headers.get("Authorization", ""), issuer=own_address()
    )
    return _answer(answer)


@bp.get("/v3/connect/tokeninfo")
def inspect() -> ResponseReturnValue:
    """Say whose token it is."""
    answer = get_services().token_info.inspect(
        request.args.to_dict(), authorization=request.headers.get("Authorization", "")
    )
    return _answer(answer)


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
def name_scheme(response: Response) -> Response:
    """Say how to show who asks, to those who did so in the header (RFC 6749, 5.2)."""
    given = request.headers.get("Authorization", "")
    if response.status_code == 401 and given:
        scheme = "Bearer" if given.lower().startswith("bearer") else "Basic"
        response.headers["WWW-Authenticate"] = f'{scheme} realm="token"'
    return response


@bp.after_request
def allow_apps(response: Response) -> Response:
    """Let the pages of apps read the answer, and no other pages (CORS)."""
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if origin and origin in _origins():
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = _CORS_HEADERS
        response.headers["Access-Control-Max-Age"] = _CORS_SECONDS
    return response


@bp.errorhandler(TokenRefused)
def refuse(refused: TokenRefused) -> ResponseReturnValue:
    """Answer in Nylas's shape, which has all four keys."""
    logs.event("token", outcome=refused.error, detail=refused.description)
    answer = jsonify(
        error=refused.error,
        error_description=refused.description,
        error_uri=_HELP,
        error_code=refused.status,
    )
    if refused.wait:
        answer.headers["Retry-After"] = str(refused.wait)
    return answer, refused.status


@bp.errorhandler(OriginRefused)
def refuse_http(error: OriginRefused) -> ResponseReturnValue:
    """The page has https only. An app's server has no use for the page about cookies."""
    return refuse(TokenRefused("invalid_request", str(error.description), 400))


@bp.errorhandler(UpstreamError)
def tell_of_trouble(error: UpstreamError) -> ResponseReturnValue:
    """Nylas gave no answer that could be passed on."""
    logs.event("nylas", level=logging.WARNING, detail=f"{type(error).__name__}: {error}")
    return refuse(TokenRefused("temporarily_unavailable", "Nylas does not answer", 503))


@bp.errorhandler(HTTPException)
def refuse_request(error: HTTPException) -> ResponseReturnValue:
    """What Flask refuses before anything of ours is asked."""
    return refuse(TokenRefused("invalid_request", error.name, error.code or 400))


@bp.errorhandler(Exception)
def fail(error: Exception) -> ResponseReturnValue:
    """The program itself failed."""
    logs.unexpected(error)
    return refuse(TokenRefused("server_error", "Something broke on our side", 500))


def _answer(answer: TokenAnswer) -> ResponseReturnValue:
    headers = {"Retry-After": str(answer.retry_after)} if answer.retry_after else {}
    return jsonify(answer.content), answer.status, headers


def _origins() -> frozenset[str]:
    try:
        return get_services().return_addresses.origins()
    except UpstreamError:
        # The answer says that our key is refused; no page of an app can do anything about it.
        return frozenset()


def _check_brand(given: Mapping[str, str]) -> None:
    """A code is exchanged where its app's brand is: the app of another one has lost its way."""
    brands = get_services().brands
    here = brands.of_host(request.host)
    of_app = brands.of_app(given.get("client_id", ""), given.get("redirect_uri", ""))
    if here and of_app and of_app != here:
        raise TokenRefused("invalid_grant", "redirect_uri belongs to another brand than this host")


def _read_body() -> Mapping[str, str]:
    given = _read_json() if request.mimetype == _JSON else _read_form()
    if not isinstance(given, dict):
        raise TokenRefused("invalid_request", "The body must be one JSON object, or a form")
    texts = {name: value for name, value in given.items() if isinstance(value, str) and value}
    try:
        # JSON can name halves of characters (RFC 8259, 8.2), which cannot be passed on.
        "".join(texts.values()).encode()
    except UnicodeEncodeError:
        raise TokenRefused("invalid_request", "The body holds half a character") from None
    return texts


def _read_json() -> Any:
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _read_form() -> dict[str, str] | None:
    repeated = any(len(values) > 1 for _, values in request.form.lists())
    return None if repeated else request.form.to_dict()
