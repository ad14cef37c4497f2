"""The error that an app gets with a user who comes back without a grant (RFC 6749, 4.1.2.1).

Nylas's SDKs take it for a failure only if a number comes along. Which number Nylas sends for what
is documented for a wrong password alone; the others are assumed to be like those of HTTP.
"""

from latchkey.problems import PROBLEMS, Problem
from latchkey.problems.mail_server import WRONG_PASSWORD

_DENIED = ("access_denied", "403")
_UNAVAILABLE = ("temporarily_unavailable", "503")
_ERROR_OF_FAULT = {
    "operator": ("server_error", "500"),
    "nylas": _UNAVAILABLE,
    "provider": _UNAVAILABLE,
}
# Not the user's fault either: too many sign-ins at once.
_CROWDED = (429, 503)
_CODES = {WRONG_PASSWORD.kind: "25022"}


def denial_of(kind: str) -> dict[str, str]:
    """Return the parameters for a user whose last problem was of this kind.

    :param kind: "" for a user who had none, and cancelled.
    """
    problem = PROBLEMS.get(kind)
    error, code = _error_of(problem) if problem else _DENIED
    description = f"The sign-in failed: {kind}" if problem else "The person cancelled the sign-in"
    return {
        "error": error,
        "error_description": description,
        "error_code": _CODES.get(kind, code),
    }


def _error_of(problem: Problem) -> tuple[str, str]:
    usual = _UNAVAILABLE if problem.status in _CROWDED else _DENIED
    return _ERROR_OF_FAULT.get(problem.fault, usual)
