"""From the answers of providers' sign-in pages to problems.

Microsoft's numbers decide, never its English text; elsewhere the ``error`` of RFC 6749 (4.1.2.1,
5.2) and Google's. The table is ``data/oauth_codes.csv``.
"""

import csv
from collections.abc import Iterable
from importlib.resources import files

from latchkey.infra.error_codes import loggable
from latchkey.infra.errors import UpstreamError
from latchkey.problems import mail_server, oauth
from latchkey.problems.model import Problem
from latchkey.problems.oauth import CLIENT_REFUSED, PROVIDER_DOWN, SIGN_IN_AGAIN


class ProviderRefused(UpstreamError):
    """A provider's OAuth endpoint answered with an error.

    :ivar error: code of RFC 6749, "" when the answer has none; for matching only, as it may be any
        text.
    :ivar numbers: Microsoft's AADSTS numbers.
    :ivar status: HTTP status of the token endpoint, 0 when the browser brought the error.
    """

    def __init__(self, error: str, *, numbers: tuple[int, ...] = (), status: int = 0) -> None:
        code = loggable(error, known=CODES)
        super().__init__(" ".join(str(part) for part in (status or "", code, *numbers) if part))
        self.error = error
        self.numbers = numbers
        self.status = status


def _codes() -> dict[str, Problem]:
    by_kind = {problem.kind: problem for problem in (*oauth.ALL, *mail_server.ALL)}
    table = files("latchkey.problems") / "data" / "oauth_codes.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return {row["code"]: by_kind[row["problem"]] for row in rows}


CODES = _codes()
# Of a token endpoint: too slow, or too many requests (RFC 9110, 15.5.9; RFC 6585, 4).
_BUSY = (408, 429)
# The client is not accepted, or there is no such endpoint: trying again does not change it.
_OPERATOR = (401, 404, 405)


def problem_of_numbers(numbers: Iterable[int]) -> Problem | None:
    """Return the problem of the first AADSTS number that is listed."""
    return next((CODES[str(number)] for number in numbers if str(number) in CODES), None)


def problem_for(refused: ProviderRefused) -> Problem:
    """Return the problem behind a provider's error; an unlisted one is worth another try."""
    error = refused.error.lower()
    if refused.status >= 500 or refused.status in _BUSY:
        return PROVIDER_DOWN
    if known := problem_of_numbers(refused.numbers):
        return known
    if refused.numbers and error == "access_denied":
        # Microsoft denies access for many reasons; that the person declined has a number.
        return SIGN_IN_AGAIN
    return CODES.get(error, CLIENT_REFUSED if refused.status in _OPERATOR else SIGN_IN_AGAIN)
