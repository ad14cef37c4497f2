"""The envelope every answer travels in, so that no view builds one by hand."""

from collections.abc import Mapping, Sequence

from flask import Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from latchkey.sandbox.model import Outcome

DEFAULT_LIMIT = 10
MAX_LIMIT = 200
ERROR_PAGE = "developer.nylas.com/docs/api/errors/400-response/"


class ApiError(Exception):
    """A refusal for the error envelope: HTTP status, Nylas error type, plain message."""

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.message = message


class OAuthError(Exception):
    """A refusal in OAuth's own shape: error (RFC 6749, 5.2; RFC 6750, 3.1), and text."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def invalid_request(message: str) -> ApiError:
    """Return the refusal of a request that breaks the contract (400)."""
    return ApiError(400, "api.invalid_request_error", message)


def not_found(message: str = "No such resource") -> ApiError:
    """Return the refusal of something that does not exist (404)."""
    return ApiError(404, "api.not_found_error", message)


def data_answer(data: object, status: int = 200) -> Response:
    """Return ``data`` in the success envelope. Source: Nylas API reference, any 200 or 201."""
    return _json(status, {"request_id": g.request_id, "data": data})


def page_answer(items: Sequence[Mapping[str, object]]) -> Response:
    """Return the page of ``items`` that the query's limit and offset ask for.

    Raises ApiError when they are no numbers or out of range (limit 1 to 200, by default 10).
    """
    limit = _number("limit", DEFAULT_LIMIT, lowest=1, highest=MAX_LIMIT)
    offset = _number("offset", 0, lowest=0)
    page = list(items[offset : offset + limit])
    return _json(200, {"request_id": g.request_id, "data": page, "limit": limit, "offset": offset})


def outcome_answer(outcome: Outcome, status: int) -> Response:
    """Return what a test address's row of the table prescribes."""
    if outcome.error is None:
        answer = Response(outcome.text, status=status, content_type=outcome.content_type)
    elif outcome.with_request_id:
        answer = _json(status, {"request_id": g.request_id, "error": outcome.error})
    else:
        answer = _json(status, {"error": outcome.error})
    answer.headers.update(outcome.headers)
    return answer


def thin_answer(data: object) -> Response:
    """Return the short success without ``request_id`` that Nylas's own client tests show."""
    return _json(200, {"data": data})


def flat_answer(content: Mapping[str, object]) -> Response:
    """Return a success that has no envelope, as OAuth wants it (RFC 6749, 5.1)."""
    return _json(200, content)


def oauth_error_answer(refusal: OAuthError) -> Response:
    """Return all four keys, without which Nylas's Python SDK cannot tell what is wrong.

    Source: Nylas API reference, status 400 of POST connect/token and GET connect/tokeninfo.
    """
    content = {
        "error": refusal.error,
        "error_description": refusal.description,
        "error_uri": ERROR_PAGE,
        "error_code": 400,
    }
    return _json(400, content)


def refusal_answer(refusal: ApiError) -> Response:
    """Return the error envelope. Source: Nylas API reference, schemas 400, 401 and 404."""
    error = {"type": refusal.error_type, "message": refusal.message}
    if refusal.status == 401:
        # Seen on the wire for key errors only: the type once more as `code`.
        error["code"] = refusal.error_type
    return _json(refusal.status, {"request_id": g.request_id, "error": error})


def http_error_answer(error: HTTPException) -> Response:
    """Return the framework's own refusals (404, 405) in the envelope instead of as HTML."""
    if error.code == 404:
        return refusal_answer(not_found())
    status = error.code or 500
    return refusal_answer(ApiError(status, "api.invalid_request_error", error.name))


def _json(status: int, body: Mapping[str, object]) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    return answer


def _number(name: str, default: int, *, lowest: int, highest: int | None = None) -> int:
    typed = request.args.get(name, str(default))
    if not (typed.isascii() and typed.isdigit()):
        raise invalid_request(f"{name} must be a whole number")
    number = int(typed)
    if number < lowest or (highest is not None and number > highest):
        raise invalid_request(f"{name} is out of range")
    return number
