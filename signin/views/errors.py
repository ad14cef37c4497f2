"""What people see when a request cannot be answered: never a bare error, always a way on."""

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from signin import logs
from signin.errors import NylasError
from signin.flow import SignInOver
from signin.forms import MAX_EMAIL, EmailForm
from signin.problems import Problem
from signin.problems.nylas import AMBIGUOUS, BAD_KEY, problem_for
from signin.problems.pages import HTTP_PROBLEMS


def init_errors(app: Flask) -> None:
    """Register a page for everything that can go wrong."""
    app.register_error_handler(CSRFError, _start_again)
    app.register_error_handler(SignInOver, _start_again)
    app.register_error_handler(NylasError, _nylas)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _start_again(error: Exception) -> ResponseReturnValue:
    """The form was open for too long, or cookies are gone: the first page, the address kept."""
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("entry.show"))
    try:
        email = request.form.get("email", "").strip()[:MAX_EMAIL]
    except HTTPException:  # more text than is taken
        email = ""
    logs.event("start_again", error=type(error).__name__)
    page = render_template(
        "pages/entry.html", form=EmailForm(formdata=None, data={"email": email}), over=True
    )
    return page, 400


def _nylas(error: NylasError) -> ResponseReturnValue:
    """Nylas refused before anybody typed a password: its answer was about us."""
    problem = problem_for(error, oauth=False)
    logs.event("nylas", detail=str(error), nylas_request_id=error.request_id, outcome=problem.kind)
    return _page(BAD_KEY if problem is AMBIGUOUS else problem, error.request_id)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code in (301, 308):
        return error
    answer = _page(HTTP_PROBLEMS.get(error.code or 500, HTTP_PROBLEMS[400]), "")
    allowed = [(name, value) for name, value in error.get_headers() if name == "Allow"]
    return (*answer, allowed)


def _unexpected(error: Exception) -> ResponseReturnValue:
    logs.unexpected(error)
    return _page(HTTP_PROBLEMS[InternalServerError.code], "")


def _page(problem: Problem, request_id: str) -> tuple[str, int]:
    page = render_template(
        "pages/problem.html", problem=problem, support_code=request_id or logs.request_id()
    )
    return page, problem.status
