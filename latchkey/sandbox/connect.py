"""Custom authentication: one strictly read request, one outcome, perhaps one grant."""

import socket
import time
from typing import NoReturn

from flask import Blueprint, Response, request

from latchkey.sandbox.answers import data_answer, not_found, outcome_answer, thin_answer
from latchkey.sandbox.mail_servers import Until
from latchkey.sandbox.mailbox import is_loopback, try_login
from latchkey.sandbox.model import Outcome
from latchkey.sandbox.outcomes import (
    DEAD_TOKEN,
    SUCCESS,
    UNREACHABLE,
    WRONG_PASSWORD,
    find_outcome,
)
from latchkey.sandbox.payload import TOKEN_PREFIX, Login, read_login
from latchkey.sandbox.shapes import OAUTH_PROVIDERS
from latchkey.sandbox.state import Grant, current_sandbox

bp = Blueprint("connect", __name__)

THIN_FIELDS = ("id", "provider", "scope", "created_at")
DEFAULT_IMAP_PORT = 993


@bp.post("/connect/custom")
def connect_custom() -> Response:
    """Answer POST /v3/connect/custom.

    Source: Nylas API reference; 201 for a re-authentication as well is assumed. Raises ApiError
    for a request that breaks the contract, and TimeoutError where the connection is to break.
    """
    login = read_login(request)
    sandbox = current_sandbox()
    if login.provider not in sandbox.connectors:
        raise not_found("No connector for this provider")
    outcome = _choose(login)
    # Before the wait, so that a caller who gives up early finds it, as may happen at Nylas.
    grant = _save_grant(login, outcome)
    if outcome.slow:
        time.sleep(sandbox.slow_seconds)
    if outcome.status is None:
        _break_connection()
    if grant is None:
        return outcome_answer(outcome, outcome.status)
    if outcome.grant == "no-address" or outcome.short:
        shown = grant.as_json()
        return thin_answer({name: shown[name] for name in THIN_FIELDS})
    return data_answer(grant.as_json(), outcome.status)


def _break_connection() -> NoReturn:
    # Werkzeug's server would keep the connection open after an exception and let the caller wait.
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    raise TimeoutError("the sandbox breaks this connection as its test address asks")


def _choose(login: Login) -> Outcome:
    if login.provider in OAUTH_PROVIDERS and not login.secret.startswith(TOKEN_PREFIX):
        return DEAD_TOKEN
    named = find_outcome("connect", login.account)
    if named is not None:
        return SUCCESS if _is_changed(login, named.until) else named
    # Source: Nylas guide on IMAP password encoding: only ASCII passwords can be used.
    if login.provider == "imap" and not login.secret.isascii():
        return WRONG_PASSWORD
    if login.imap_host is not None and is_loopback(login.imap_host):
        return _log_in(login.imap_host, login)
    return WRONG_PASSWORD if login.secret == "wrong" else SUCCESS


def _is_changed(login: Login, until: Until) -> bool:
    return {
        "": False,
        "short login": "@" not in login.account,
        "mail server": (login.imap_host or "").startswith("mail."),
        "port 143": login.imap_port == 143,
        "no sending": login.imap_host is not None and login.smtp_host is None,
    }[until]


def _log_in(host: str, login: Login) -> Outcome:
    port = login.imap_port or DEFAULT_IMAP_PORT
    verdict = try_login(host, port, login.account, login.secret)
    return {"accepted": SUCCESS, "refused": WRONG_PASSWORD, "unreachable": UNREACHABLE}[verdict]


def _save_grant(login: Login, outcome: Outcome) -> Grant | None:
    if outcome.grant == "none":
        return None
    sandbox = current_sandbox()
    account = login.account
    if outcome.grant == "other-address":
        account = "someone-else@" + (account.partition("@")[2] or "example.com")
    # Also a bare login name: the grant is filed under what signed in (assumed).
    named = "@" in account or login.provider not in OAUTH_PROVIDERS
    default_scope = sandbox.connectors[login.provider].scope
    return sandbox.grants.save(
        account,
        provider=login.provider,
        scope=default_scope if login.scope is None else login.scope,
        email=account if named and outcome.grant != "no-address" else None,
        state=login.state,
    )
