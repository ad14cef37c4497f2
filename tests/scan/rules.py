"""What each rule of rules.yaml must find and must leave alone; `semgrep --test` reads it."""

import hmac
import logging
import ssl

import flask

# ruleid: http-outside-its-module
import httpx
from markupsafe import Markup

from latchkey.infra import logs

LOG = logging.getLogger(__name__)


def secrets_in_the_log(password: str, token: dict[str, str], kind: str) -> None:
    # ruleid: secret-in-log
    logs.event("tried", detail=password)
    # ruleid: secret-in-log
    LOG.warning("tried %s", token["access_token"])
    # ok: secret-in-log
    logs.event("tried", reason=kind)


def texts_of_exceptions_in_the_log() -> None:
    try:
        httpx.get("https://example.com/")
    except httpx.HTTPError as error:
        # ruleid: exception-text-in-log
        logs.event("failed", detail=str(error))
        # ok: exception-text-in-log
        logs.event("failed", error=type(error).__name__)


def the_session() -> None:
    # ruleid: session-outside-flow
    flask.session.clear()


def comparing(secret: str, given: str) -> bool:
    # ruleid: secret-compared-by-equals
    wrong = secret == given
    # ok: secret-compared-by-equals
    missing = secret == ""
    # ok: secret-compared-by-equals
    return not (wrong or missing) and hmac.compare_digest(secret.encode(), given.encode())


def escaping(text: str) -> list[Markup]:
    # ok: markup-of-a-value
    fixed = Markup("<br>")
    # ruleid: markup-of-a-value
    return [fixed, Markup(text)]  # noqa: S704


def leading_on() -> flask.typing.ResponseReturnValue:
    if flask.request.method == "POST":
        # ok: redirect-to-what-was-sent
        return flask.redirect(flask.url_for("entry.show", hint=flask.request.args["hint"]))
    # ruleid: redirect-to-what-was-sent
    return flask.redirect(flask.request.args["next"])


def certificates() -> ssl.SSLContext:
    context = ssl.create_default_context()
    # ruleid: tls-not-verified
    context.check_hostname = False
    return context
