"""What people see when a request cannot be answered: never a bare error, always a way on."""

import contextlib
import time
from http import HTTPStatus

from flask import Flask, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from latchkey.apps import LinkRefused, RequestRefused, UntrustedRequest
from latchkey.infra import logs
from latchkey.infra.error_frames import forget_frames
from latchkey.infra.errors import UpstreamError
from latchkey.problems import Problem
from latchkey.problems.apps import LINK_BROKEN, LINK_IN_USE, LINK_WAITS, UNKNOWN_APP
from latchkey.problems.nylas import AMBIGUOUS, BAD_KEY, problem_for
from latchkey.problems.pages import HTTP_PROBLEMS, UNKNOWN_HOST
from latchkey.providers.email_address import MAX_EMAIL
from latchkey.web import flow, start
from latchkey.web.brand_in_force import show_brand
from latchkey.web.completion import keep_reason, way_back
from latchkey.web.flow import SignIn, SignInOver
from latchkey.web.forms import EmailForm
from latchkey.web.limits import TooManyRequests, count_refused_link
from latchkey.web.opener import is_opened_by_app
from latchkey.web.security import OriginRefused, UnknownHost, keep_opener
from latchkey.web.start_again import CONFIRMATION, why_again

_RETRY_SECONDS = "5"
_AT_NYLAS = "Only /v3/connect/auth, token and tokeninfo are here; other calls go to Nylas's address"


def init_errors(app: Flask) -> None:
    """Register a page for everything that can go wrong."""
    app.register_error_handler(CSRFError, _start_again)
    app.register_error_handler(SignInOver, _start_again)
    app.register_error_handler(UpstreamError, _nylas)
    app.register_error_handler(UntrustedRequest, _untrusted)
    app.register_error_handler(RequestRefused, _refused)
    app.register_error_handler(LinkRefused, _link_refused)
    app.register_error_handler(TooManyRequests, _too_many)
    app.register_error_handler(UnknownHost, _unknown_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _start_again(error: Exception) -> ResponseReturnValue:
    """The sign-in cannot go on: say why, on the first page, with the address kept."""
    asked = request.args.get("s", "")
    if isinstance(error, SignInOver) and (old := flow.connected_before(asked)):
        show_brand(old.brand)
        return render_template("pages/was_connected.html", sign_in=old, hours=_hours_since(old))
    why = flow.why_over(asked)
    logs.event("start_again", error=type(error).__name__, detail=_why_refused(error) or why)
    sign_in = _sent_here()
    reading = request.method in ("GET", "HEAD")
    # A redirect would forget again what a browser without cookies carries in this address.
    carried = sign_in is not None and why == flow.WhyOver.NO_COOKIES
    if reading and not carried:
        # Without "s" it is an address of ours, like a bookmark: nothing was lost.
        named = sign_in.id if sign_in else None
        again = CONFIRMATION if request.endpoint == "connected.show" else why
        return redirect(url_for("entry.show", again=again if asked else None, s=named))
    try:
        start.require_link(sign_in)
    except LinkRefused as refused:
        return _link_refused(refused)
    kept = sign_in.display_address if sign_in else ""
    form = EmailForm(formdata=None, data={"email": _typed_address() or kept})
    page = render_template("pages/entry.html", form=form, sign_in=sign_in, again=why_again(why))
    return page, HTTPStatus.OK if reading else HTTPStatus.BAD_REQUEST


def _typed_address() -> str:
    try:
        return request.form.get("email", "").strip()[:MAX_EMAIL]
    except HTTPException:  # more text than is taken
        return ""


def _hours_since(old: SignIn) -> int:
    return int(time.time() - old.saved) // 3600


def _why_refused(error: Exception) -> str:
    return str(error.description) if isinstance(error, OriginRefused) else ""


def _sent_here() -> SignIn | None:
    """The sign-in to go on with, so that people still find back to the app that sent them."""
    asked = request.args.get("s", "")
    try:
        sign_in = flow.load(asked or "none")
    except SignInOver:
        return flow.follow(asked) or _carried()
    return sign_in if sign_in.app or sign_in.link_claims else None


def _carried() -> SignIn | None:
    try:
        return flow.go_on_carried()
    except HTTPException:  # more text than is taken
        return None


def _untrusted(error: UntrustedRequest) -> ResponseReturnValue:
    logs.event("handoff", outcome="untrusted", detail=str(error))
    return _page(UNKNOWN_APP, "")


def _refused(error: RequestRefused) -> ResponseReturnValue:
    logs.event("handoff", outcome=error.error, detail=str(error))
    response = make_response(redirect(error.url))
    return keep_opener(response) if is_opened_by_app() else response


def _link_refused(error: LinkRefused) -> ResponseReturnValue:
    logs.event("handoff", outcome=error.problem.kind)
    if error.problem is LINK_BROKEN:
        try:
            count_refused_link()
        except TooManyRequests as limited:
            return _too_many(limited)
    response = make_response(_page(error.problem, "", back=error.back))
    if error.problem in (LINK_WAITS, LINK_IN_USE):
        response.headers["Retry-After"] = _RETRY_SECONDS
    return keep_opener(response) if error.back and is_opened_by_app() else response


def _too_many(error: TooManyRequests) -> ResponseReturnValue:
    """How long to wait, and what can be done meanwhile."""
    keep_reason(error.problem)
    sign_in = flow.current()
    page = render_template(
        "pages/limited.html",
        problem=error.problem,
        sign_in=sign_in,
        wait=error.wait,
        support_code=logs.request_id(),
    )
    return page, error.problem.status, {"Retry-After": str(error.wait)}


def _nylas(error: UpstreamError) -> ResponseReturnValue:
    """Nylas refused before a password was typed: its answer was about the API key."""
    problem = problem_for(error, oauth=False)
    problem = BAD_KEY if problem is AMBIGUOUS else problem
    logs.event(
        "nylas", level=problem.level, detail=str(error), nylas_request_id=error.request_id,
        outcome=problem.kind,
    )  # fmt: skip
    keep_reason(problem)
    return _page(problem, error.request_id)


def _http(error: HTTPException) -> ResponseReturnValue:
    # Flask's request holds on to it, and its frames to the request.
    forget_frames(error)
    if request.path.startswith("/v3/") and "Authorization" in request.headers:
        return _not_here(error)
    if asked := request.args.get("s"):
        # Nothing may have looked for it yet, and with it the page leads back to the app.
        with contextlib.suppress(SignInOver):
            flow.load(asked)
    answer = _page(HTTP_PROBLEMS.get(error.code or 500, HTTP_PROBLEMS[400]), "")
    return (*answer, _allowed(error))


def _not_here(error: HTTPException) -> ResponseReturnValue:
    """For Nylas's SDKs, which read JSON alone: an app calls here what stays at Nylas."""
    told = {"type": "not_found_error", "message": _AT_NYLAS}
    answer = jsonify(request_id=logs.request_id(), error=told)
    return answer, error.code or HTTPStatus.NOT_FOUND, _allowed(error)


def _allowed(error: HTTPException) -> list[tuple[str, str]]:
    return [(name, value) for name, value in error.get_headers() if name == "Allow"]


def _unexpected(error: Exception) -> ResponseReturnValue:
    logs.unexpected(error)
    return _page(HTTP_PROBLEMS[InternalServerError.code], "")


def _unknown_host(error: UnknownHost) -> ResponseReturnValue:
    """Nothing in the page leads to an address that may not be ours."""
    return _page(UNKNOWN_HOST, "", languages="")


def _page(problem: Problem, request_id: str, *, back: str = "", **more: str) -> tuple[str, int]:
    page = render_template(
        "pages/problem.html",
        problem=problem,
        support_code=request_id or logs.request_id(),
        back=back or way_back(),
        **more,
    )
    return page, problem.status
