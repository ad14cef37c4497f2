import re
from collections.abc import Iterator

import pytest

from latchkey.infra import errors
from latchkey.infra.errors import (
    BadAnswer,
    NotSent,
    OutcomeUnknown,
    UpstreamError,
)  # fmt: skip
from latchkey.nylas.errors import Refusal, Refused
from latchkey.problems import PROBLEMS as LISTED
from latchkey.problems import Problem, mail_server, nylas, oauth_codes, pages, service
from latchkey.problems import oauth as providers
from latchkey.problems.nylas import problem_for
from latchkey.problems.nylas_rows import NYLAS_ROWS, OTHER_ROWS, Row
from latchkey.problems.oauth_codes import ProviderRefused
from latchkey.problems.pages import HTTP_PROBLEMS

MODULES = (nylas, mail_server, service, providers, pages)
PASSWORD, OAUTH, BOTH = (False,), (True,), (False, True)
WORDS = {
    "company": "Acme", "mailbox": "Example Mail", "wait": "5 minutes",
    "typed": "someone@example.com", "account": "other@example.com",
}  # fmt: skip


def every_problem() -> dict[str, Problem]:
    members = [value for module in MODULES for value in vars(module).values()]
    named = [value for value in members if isinstance(value, Problem)]
    return {problem.kind: problem for problem in [*named, *HTTP_PROBLEMS.values()]}


PROBLEMS = every_problem()
OPERATOR = [problem for problem in PROBLEMS.values() if problem.fault == "operator"]
each_problem = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)

# What Nylas's documentation, its SDKs and its command line tool tell of its error answers:
# status, type without its prefix, code of the mail provider, words, kind of sign-in -> problem.
KNOWN = (
    (400, "invalid_authentication", "", "authentication failed due to wrong input or credentials",
     PASSWORD, "wrong_password"),
    (400, "invalid_authentication", "", "authentication failed", OAUTH, "sign_in_again"),
    (400, "invalid_request_error", "", "invalid imap credentials", PASSWORD, "wrong_password"),
    (400, "", "", "direct password entry is not allowed", PASSWORD, "oauth_only"),
    (422, "unprocessable_error", "", "password refused", PASSWORD, "wrong_password"),
    (400, "invalid_request_error", "", "invalid credentials", OAUTH, "sign_in_again"),
    (400, "", "", "authentication failed: invalid or revoked refresh token", OAUTH,
     "sign_in_again"),
    (504, "provider_error", "", "provider request timed out", BOTH, "server_unreachable"),
    (400, "provider_error", "", "connection refused", BOTH, "server_unreachable"),
    (400, "provider_error", "", "provider error", BOTH, "server_unreachable"),
    # The provider's own answer: it was reached, and refuses whoever signs in.
    (401, "provider_error", "401", "", BOTH, "ambiguous"),
    (504, "provider_error", "401", "provider error unauthorized", BOTH, "ambiguous"),
    # Only what is documented of providers is about one: gateways and Nylas itself have words, too.
    (503, "unavailable_error", "", "", BOTH, "nylas_down"),
    (502, "bad_gateway", "", "the upstream server is unavailable, please try again", BOTH,
     "nylas_down"),
    (504, "gateway_timeout", "", "gateway timeout", BOTH, "nylas_down"),
    (503, "unauthorized", "", "", BOTH, "nylas_down"),
    (503, "internal_error", "", "", BOTH, "nylas_down"),
    (408, "", "", "request timeout", BOTH, "nylas_down"),
    (504, "provider_error", "", "something nobody has seen", BOTH, "server_unreachable"),
    (503, "invalid_authentication", "", "authentication failed", PASSWORD, "wrong_password"),
    (504, "partial_success_error", "", "", BOTH, "server_unreachable"),
    (404, "not_found_error", "", "resource not found", BOTH, "connector_missing"),
    (404, "partial_not_found_error", "", "", BOTH, "connector_missing"),
    (404, "not_found", "", "", BOTH, "connector_missing"),
    (404, "", "", "", BOTH, "connector_missing"),
    # A mail server that does not know the path says the same, but then Nylas names the provider.
    (404, "", "", "404 not found", BOTH, "connector_missing"),
    (404, "not_found_error", "", "404 not found", BOTH, "connector_missing"),
    (404, "provider_error", "", "404 not found", BOTH, "server_unreachable"),
    (401, "unauthorized_access", "", "bearer token invalid", BOTH, "bad_key"),
    (400, "unauthorized_access", "", "bearer token invalid", BOTH, "bad_key"),
    (403, "unauthorized_access", "", "", BOTH, "bad_key"),
    (401, "authentication_error", "", "unauthorized", BOTH, "bad_key"),
    (401, "unauthorized", "", "unauthorized", BOTH, "bad_key"),
    # Said of our key, whatever words go with it.
    (400, "unauthorized_access", "", "invalid api key.", BOTH, "bad_key"),
    (401, "unauthorized_access", "", "invalid api key.", BOTH, "bad_key"),
    (401, "", "", "invalid api key", BOTH, "bad_key"),
    (401, "unauthorized_access", "", "account suspended. contact support.", BOTH, "bad_key"),
    (401, "unauthorized_access", "", "your subscription has expired", BOTH, "bad_key"),
    (401, "unauthorized", "", "request timed out verifying key", BOTH, "bad_key"),
    (401, "authentication_error", "", "api key expired. log in on the web to renew it", BOTH,
     "bad_key"),
    (403, "unauthorized_access", "", "your account is disabled", BOTH, "bad_key"),
    (403, "unauthorized_access", "", "invalid credentials", BOTH, "bad_key"),
    (400, "unauthorized", "", "invalid credentials", BOTH, "ambiguous"),
    (401, "unauthorized", "", "application-specific password required", BOTH, "ambiguous"),
    (401, "unauthorized", "", "invalid_client: the client secret expired", BOTH, "misconfigured"),
    (401, "provider_error", "", "account suspended. contact support.", PASSWORD, "account_locked"),
    (401, "", "", "", BOTH, "ambiguous"),
    (401, "something_new", "", "credentials", BOTH, "ambiguous"),
    (401, "refresh_token_invalid", "", "invalid refresh_token", BOTH, "sign_in_again"),
    (400, "exchange_failed", "", "", BOTH, "sign_in_again"),
    # The refresh token is of another OAuth client than the connector's.
    (400, "exchange_failed", "unauthorized_client", "unauthorized_client unauthorized", BOTH,
     "misconfigured"),
    (400, "invalid_request_error", "unauthorized_client", "bad request unauthorized_client", BOTH,
     "misconfigured"),
    (401, "refresh_token_invalid", "invalid_client", "invalid refresh_token invalid_client", BOTH,
     "misconfigured"),
    (400, "exchange_failed", "invalid_client", "invalid_client aadsts7000215: invalid secret",
     OAUTH, "client_refused"),
    (400, "invalid_request_error", "invalid_grant", "bad request invalid_grant aadsts700016: not "
     "found in the directory", OAUTH, "client_refused"),
    (400, "invalid_request_error", "invalid_grant", "invalid_grant aadsts53003: access has been "
     "blocked by conditional access policies", OAUTH, "conditional_access"),
    (400, "invalid_request_error", "invalid_grant", "invalid_grant aadsts65001: no consent", OAUTH,
     "admin_needed"),
    # It was made a moment ago.
    (400, "invalid_request_error", "invalid_grant", "invalid_grant aadsts700082: expired", OAUTH,
     "sign_in_again"),
    (400, "invalid_request_error", "invalid_grant", "bad request expired or revoked", BOTH,
     "sign_in_again"),
    (401, "bad_request", "invalid_grant", "", BOTH, "sign_in_again"),
    (400, "invalid_request_error", "", "maximum number of sandbox grants reached for application",
     BOTH, "plan_limit"),
    (403, "forbidden_access", "", "maximum number reached for this plan", BOTH, "plan_limit"),
    (402, "", "", "sandbox grants", BOTH, "plan_limit"),
    (429, "rate_limit_error", "", "maximum number of sandbox grants reached for application", BOTH,
     "plan_limit"),
    (400, "invalid_request_error", "", "maximum number of grants reached for application", BOTH,
     "plan_limit"),
    (403, "forbidden", "", "maximum number of production grants reached for application. add a "
     "credit card to your account", BOTH, "plan_limit"),
    (403, "forbidden_access", "", "grant limit exceeded for your subscription, login to upgrade",
     BOTH, "plan_limit"),
    (403, "forbidden", "", "you have exceeded the maximum number of connected accounts", BOTH,
     "plan_limit"),
    (402, "payment_required", "", "payment required", BOTH, "plan_limit"),
    (400, "provider_error", "", "maximum number of connections exceeded", PASSWORD,
     "too_many_tries"),
    (429, "rate_limit_error", "", "grant limit exceeded", BOTH, "rate_limited"),
    (429, "rate_limit_error", "", "rate limit error", BOTH, "rate_limited"),
    (429, "", "", "", BOTH, "rate_limited"),
    (429, "provider_error", "", "wrong password", PASSWORD, "wrong_password"),
    (429, "provider_error", "", "", BOTH, "rate_limited"),
    (504, "provider_error", "", "imap login failed: invalid credentials", PASSWORD,
     "wrong_password"),
    (504, "provider_error", "", "imap login failed: invalid credentials", OAUTH, "sign_in_again"),
    (401, "provider_error", "401", "[alert] application-specific password required", PASSWORD,
     "app_password_needed"),
    (401, "unauthorized", "", "[authenticationfailed] invalid credentials (failure)", BOTH,
     "ambiguous"),
    (400, "provider_error", "", "something nobody has seen", BOTH, "rejected"),
    (403, "provider_error", "", "mailboxnotenabledforrestapi", BOTH, "mailbox_disabled"),
    (403, "provider_error", "", "insufficient permission", OAUTH, "missing_permissions"),
    (400, "", "", "aadsts50105: the user is not assigned", OAUTH, "not_assigned"),
    (400, "", "", "aadsts50126: invalid username or password", PASSWORD, "wrong_password"),
    (500, "internal_error", "", "authentication failed", BOTH, "nylas_down"),
    (502, "", "", "service unavailable", BOTH, "nylas_down"),
    (400, "invalid_field", "", "imap_password is not valid", BOTH, "rejected"),
    (423, "resource_blocked", "", "blocked, contact admin", BOTH, "blocked"),
    (423, "resource_blocked", "", "access to this resource is blocked. please contact your admin",
     BOTH, "blocked"),
    (423, "resource_blocked", "", "application blocked: too many requests", BOTH, "blocked"),
    (423, "", "", "", BOTH, "blocked"),
    (403, "access_denied", "", "access denied", BOTH, "forbidden"),
    (403, "forbidden_access", "", "", BOTH, "forbidden"),
    (400, "gmail_domain_invalid", "", "", BOTH, "forbidden"),
    (400, "scopes_conflict", "", "", OAUTH, "missing_permissions"),
    (403, "insufficient_scopes", "", "", OAUTH, "missing_permissions"),
    # A form for a password asks for no permissions.
    (400, "scopes_conflict", "", "", PASSWORD, "misconfigured"),
    (403, "insufficient_scopes", "", "", PASSWORD, "misconfigured"),
    (400, "reauth_email_invalid", "", "", BOTH, "other_address"),
    (400, "invalid_request_payload", "", "error parsing request body", BOTH, "rejected"),
    (400, "invalid_request_error", "", "bad request", BOTH, "rejected"),
    (400, "bad_request", "", "bad request some text", BOTH, "rejected"),
    (400, "provider_required", "", "provider is missing", BOTH, "rejected"),
    (400, "invalid_query_params", "", "", BOTH, "rejected"),
    (400, "invalid_field", "", "", BOTH, "rejected"),
    (400, "callback_uri_not_allowed", "", "", BOTH, "rejected"),
    (400, "login_id_invalid", "", "login id invalid", BOTH, "rejected"),
    (400, "invalid_request_error", "", "connector does not exist", BOTH, "misconfigured"),
    (418, "teapot", "", "", BOTH, "rejected"),
    (418, "", "", "short and stout", BOTH, "rejected"),
    (400, "", "401", "", BOTH, "rejected"),
    # Of a gateway or a proxy: not about what was typed.
    *((status, "", "", "", BOTH, "nylas_down") for status in (400, 406, 409, 410, 418, 422)),
    *((status, "", "", "", BOTH, "misconfigured") for status in (405, 413, 415, 421, 426, 431)),
    (407, "", "", "proxy authentication failed", BOTH, "misconfigured"),
    (415, "unsupported_media", "", "unsupported content type", BOTH, "misconfigured"),
    (402, "", "", "", BOTH, "plan_limit"),
    (403, "", "", "", BOTH, "forbidden"),
    (451, "", "", "", BOTH, "forbidden"),
    (405, "provider_error", "", "imap is disabled", BOTH, "imap_off"),
    (500, "internal_error", "", "internal error", BOTH, "nylas_down"),
    (500, "", "", "", BOTH, "nylas_down"),
    # No envelope: a gateway in front of Nylas, so nothing was said about the mail server.
    (502, "", "", "", BOTH, "nylas_down"),
    (503, "", "", "", BOTH, "nylas_down"),
    (504, "", "", "", BOTH, "nylas_down"),
    (520, "", "", "", BOTH, "nylas_down"),
    (101, "", "", "", BOTH, "nylas_down"),
)  # fmt: skip


def leaves(kind: type[UpstreamError] = UpstreamError) -> Iterator[type[UpstreamError]]:
    """Every error that has no more special one below it."""
    below = kind.__subclasses__()
    if not below:
        yield kind
    for child in below:
        yield from leaves(child)


@pytest.mark.parametrize("row", KNOWN, ids=lambda row: f"{row[0]} {row[1]} {row[2]} {row[3]}")
def test_an_answer_of_nylas_means_what_its_documentation_says(
    row: tuple[int, str, str, str, tuple[bool, ...], str],
) -> None:
    status, kind, provider_error, text, signs_in, expected = row
    refusal = Refusal(status=status, kind=kind, provider_error=provider_error, text=text)
    for oauth in signs_in:
        assert problem_for(Refused(refusal), oauth=oauth).kind == expected


@pytest.mark.parametrize(
    ("error", "kind"),
    [(NotSent(), "not_sent"), (OutcomeUnknown(), "outcome_unknown"), (BadAnswer(), "nylas_down")],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
@pytest.mark.parametrize("oauth", BOTH)
def test_a_call_without_a_usable_answer_has_a_problem_too(
    error: UpstreamError, kind: str, oauth: bool
) -> None:
    assert problem_for(error, oauth=oauth).kind == kind


def test_every_error_has_a_problem_and_stands_in_the_drawn_tree() -> None:
    found = set(leaves())
    assert found == {NotSent, OutcomeUnknown, BadAnswer, Refused, ProviderRefused}
    for kind in found - {ProviderRefused}:
        error = Refused(Refusal(status=400)) if kind is Refused else kind("why")
        assert problem_for(error, oauth=False).kind in PROBLEMS
        if kind is not Refused:
            assert f"x {kind.__name__}:" in str(errors.__doc__)


def test_an_error_that_nobody_thought_of_is_not_taken_for_another() -> None:
    with pytest.raises(TypeError):
        problem_for(UpstreamError(), oauth=False)


@pytest.mark.parametrize("row", [*NYLAS_ROWS, *OTHER_ROWS])
def test_the_log_tells_every_type_that_decides_something(row: Row) -> None:
    for kind in row.kinds:
        assert str(Refused(Refusal(status=400, kind=kind))) == f"400 {kind}"


@pytest.mark.parametrize("rows", [NYLAS_ROWS, OTHER_ROWS], ids=["nylas", "other"])
def test_every_row_of_the_table_can_be_reached(rows: tuple[Row, ...]) -> None:
    reached = set()
    for status, kind, provider_error, text, signs_in, _ in KNOWN:
        refusal = Refusal(status=status, kind=kind, provider_error=provider_error, text=text)
        for oauth in signs_in:
            matching = (n for n, row in enumerate(rows) if row.matches(refusal, oauth=oauth))
            reached.add(next(matching, -1))
    assert set(range(len(rows))) <= reached


def test_every_problem_can_be_found_by_its_kind() -> None:
    pages_only = {problem.kind for problem in vars(pages).values() if isinstance(problem, Problem)}
    named = {kind for kind in PROBLEMS if not kind.startswith("http_")}
    assert named - pages_only <= set(LISTED)


@pytest.mark.parametrize("oauth", BOTH)
def test_no_status_is_without_a_problem(oauth: bool) -> None:
    for status in range(100, 1000):
        assert problem_for(Refused(Refusal(status=status)), oauth=oauth).kind in PROBLEMS


@each_problem
def test_the_words_of_a_problem_can_be_filled_in(problem: Problem) -> None:
    for text in (problem.title, problem.text):
        filled = text % WORDS
        assert not re.search(r"[%{}<>&]", filled)


@each_problem
def test_a_problem_is_told_in_whole_sentences(problem: Problem) -> None:
    assert not re.search(r"[.!]$", problem.title)
    assert problem.text.endswith((".", "?"))
    assert len(problem.title % WORDS) <= 60
    assert not re.search(r"\b(error|failed|invalid|API|HTTP|grant|token)\b", problem.text, re.I)


@each_problem
def test_a_problem_has_a_status_that_fits_whose_fault_it_is(problem: Problem) -> None:
    if problem is providers.CANCELLED:
        assert problem.status == 200, "changing one's mind is no error"
        return
    assert 400 <= problem.status < 600
    if problem.fault in ("nylas", "provider") and problem.place == "page":
        assert problem.status in (503, 504)
    if problem.fault == "person":
        assert problem.status in (400, 403, 422)


@pytest.mark.parametrize("problem", OPERATOR, ids=lambda problem: problem.kind)
def test_a_fault_of_the_operator_is_not_put_on_the_person(problem: Problem) -> None:
    said = f"{problem.title} {problem.text}".lower()
    assert not re.search(r"\byour password|type|check|try again|wrong password", said)
    assert problem.place == "page", "no field of the form is to blame"
    assert not problem.retry, "trying again changes nothing"


def test_only_a_wrong_password_asks_for_another_password() -> None:
    asks = {kind for kind, problem in PROBLEMS.items() if "password again" in problem.text}
    assert asks == {"wrong_password"}


def test_a_problem_that_leaves_the_outcome_open_does_not_claim_that_it_failed() -> None:
    assert "whether" in nylas.OUTCOME_UNKNOWN.title
    assert "before you try again" in nylas.OUTCOME_UNKNOWN.text


def test_a_refusal_is_named_in_logs_by_status_and_type_alone() -> None:
    refusal = Refusal(status=400, kind="bad_request", text="a@ex.org hunter2")
    assert str(Refused(refusal, request_id="r1")) == "400 bad_request"


# Numbers: Microsoft's list of AADSTS error codes; errors: RFC 6749 and Google's list.
@pytest.mark.parametrize(
    ("error", "numbers", "kind"),
    [
        ("access_denied", (), "cancelled"),
        ("access_denied", (65004,), "cancelled"),
        ("access_denied", (123,), "sign_in_again"),
        ("", (16000,), "not_in_tenant"),
        ("", (51004,), "not_in_tenant"),
        ("", (50126,), "sign_in_again"),
        ("", (50131,), "conditional_access"),
        ("access_denied", (500021,), "conditional_access"),
        ("", (500213,), "conditional_access"),
        ("", (53010,), "conditional_access"),
        ("", (50155,), "device_rules"),
        ("", (50135,), "web_login_needed"),
        ("", (54000,), "strict_protection"),
        ("", (40008,), "organisation_sign_in"),
        ("server_error", (80001,), "organisation_sign_in"),
        ("access_denied", (65001,), "admin_needed"),
        ("invalid_grant", (90094,), "admin_needed"),
        ("", (90095,), "admin_needed"),
        ("admin_policy_enforced", (), "admin_needed"),
        ("consent_required", (), "admin_needed"),
        ("interaction_required", (), "second_factor"),
        ("access_denied", (50105,), "not_assigned"),
        ("invalid_grant", (53000,), "device_rules"),
        ("", (53001,), "device_rules"),
        ("", (53002,), "conditional_access"),
        ("", (530002,), "device_rules"),
        ("interaction_required", (530003,), "device_rules"),
        ("", (50097,), "device_rules"),
        ("interaction_required", (50076,), "second_factor"),
        ("", (50079,), "second_factor"),
        ("access_denied", (90072,), "not_in_tenant"),
        ("invalid_request", (500200,), "account_kind"),
        ("org_internal", (), "not_in_tenant"),
        ("disallowed_useragent", (), "embedded_browser"),
        ("policy_enforced", (), "strict_protection"),
        ("access_denied", (53003,), "conditional_access"),
        ("invalid_request", (50020,), "not_in_tenant"),
        ("invalid_grant", (54005,), "expired"),
        ("invalid_grant", (70008,), "expired"),
        ("invalid_grant", (), "expired"),
        ("invalid_client", (), "client_refused"),
        ("", (7000215,), "client_refused"),
        ("", (7000222,), "client_refused"),
        ("invalid_request", (50011,), "client_refused"),
        ("redirect_uri_mismatch", (), "client_refused"),
        ("unauthorized_client", (700016,), "client_refused"),
        ("temporarily_unavailable", (), "provider_down"),
        ("server_error", (), "provider_down"),
        ("server_error", (123,), "provider_down"),
        ("something_new", (), "sign_in_again"),
        ("", (), "sign_in_again"),
    ],
)
def test_what_a_provider_refuses_is_told_by_its_number(
    error: str, numbers: tuple[int, ...], kind: str
) -> None:
    assert oauth_codes.problem_for(ProviderRefused(error, numbers=numbers)).kind == kind


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (503, "invalid_client", "provider_down"),
        (408, "", "provider_down"),
        (429, "", "provider_down"),
        (429, "invalid_request", "provider_down"),
        (401, "", "client_refused"),
        (404, "", "client_refused"),
        (405, "", "client_refused"),
        (401, "unheard_of", "client_refused"),
        (401, "INVALID_GRANT", "expired"),
        (404, "invalid_grant", "expired"),
        (400, "INVALID_CLIENT", "client_refused"),
        (400, "", "sign_in_again"),
        (403, "", "sign_in_again"),
        (302, "", "sign_in_again"),
    ],
)
def test_a_token_endpoint_in_trouble_is_told_by_its_status(
    status: int, error: str, kind: str
) -> None:
    refused = ProviderRefused(error, status=status)
    assert oauth_codes.problem_for(refused).kind == kind
