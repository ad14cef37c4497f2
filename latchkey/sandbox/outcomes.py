"""The test addresses: what a local part makes the sandbox answer, so any failure can be tried."""

from latchkey.sandbox.mail_servers import MAIL_SERVERS, UNTIL_CHANGED
from latchkey.sandbox.model import Call, Outcome, refusal

SUCCESS = Outcome(name="anyone", shows="The account is connected.", status=201, grant="usual")
"""The answer for every address that is not in the table."""

WRONG_PASSWORD = refusal(
    "wrong-password",
    "The mail provider refuses the password.",
    400, "grant.invalid_authentication", "Authentication failed: wrong credentials",
)  # fmt: skip
UNREACHABLE = refusal(
    "unreachable",
    "The mail server cannot be reached.",
    504, "provider_error", "The provider did not answer in time",
)  # fmt: skip
DEAD_TOKEN = refusal(
    "dead-token",
    "The provider says that the refresh token expired or was revoked.",
    400, "api.invalid_request_error", "Bad request",
    provider_error={"error": "invalid_grant", "error_description": "Expired or revoked token"},
)  # fmt: skip

# fmt: off
OUTCOMES: tuple[Outcome, ...] = (
    WRONG_PASSWORD,
    Outcome(
        name="wrong-password-2",
        shows="The password is refused in the other known wording, without a request id.",
        status=400,
        error={"type": "invalid_request_error", "message": "Invalid IMAP credentials"},
        with_request_id=False,
    ),
    UNREACHABLE,
    *(
        refusal(name, shows, 400, "api.provider_error", "Provider error", provider_error=text)
        for name, shows, text in MAIL_SERVERS
    ),
    *(
        refusal(
            name, shows, 400, "api.provider_error", "Provider error",
            until=until, provider_error=text,
        )
        for name, shows, text, until in UNTIL_CHANGED
    ),
    Outcome(
        name="slow", shows="The account is connected, after a wait.",
        status=201, slow=True, grant="usual",
    ),
    Outcome(
        name="timeout", shows="The connection breaks after a wait; no grant was made.",
        status=None, slow=True,
    ),
    Outcome(
        name="timeout-made",
        shows="The connection breaks after a wait, although the grant was made.",
        status=None, slow=True, grant="usual",
    ),
    refusal(
        "quota",
        "The Nylas sandbox application holds as many grants as it may.",
        400, "api.invalid_request_error",
        "Maximum number of sandbox grants reached for Application",
    ),
    refusal(
        "plan",
        "The Nylas plan allows no more grants.",
        403, "forbidden_access", "Maximum number of grants reached for this plan",
    ),
    refusal(
        "bad-key",
        "Nylas does not accept the API key.",
        401, "token.unauthorized_access", "Bearer token invalid",
        code="token.unauthorized_access",
    ),
    refusal(
        "ambiguous",
        "A 401 of unknown type: the API key or the account may be at fault.",
        401, "grant.unusable", "Not authorized",
    ),
    Outcome(
        name="rate-limited",
        shows="The provider throttles; try again in 30 seconds.",
        status=429,
        error={"type": "api.rate_limit_error", "message": "Too many requests"},
        headers={"Retry-After": "30"},
    ),
    Outcome(name="outage", shows="Nylas is down: 503 with an empty body.", status=503),
    Outcome(
        name="gateway",
        shows="A gateway in front of Nylas answers with an HTML page.",
        status=502,
        text="<html><body><h1>502 Bad Gateway</h1></body></html>",
    ),
    Outcome(
        name="broken-json",
        shows="The answer is a success whose JSON stops in the middle.",
        status=200,
        text='{"request_id": "cut-off", "data": {"id": "cut-o',
        content_type="application/json",
    ),
    refusal(
        "no-connector",
        "The Nylas application has no connector for the provider.",
        404, "api.not_found_error", "No such connector",
    ),
    refusal(
        "blocked",
        "The Nylas application or the account is blocked.",
        423, "api.resource_blocked", "Blocked, ask the administrator",
    ),
    refusal(
        "forbidden",
        "Access to the account is denied.",
        403, "grant.access_denied", "Access denied",
    ),
    refusal(
        "rejected",
        "The request is refused for a reason that nothing is known about.",
        422, "api.unprocessable_error", "The request was not processed",
    ),
    DEAD_TOKEN,
    refusal(
        "dead-token-401",
        "Nylas itself refuses the refresh token, with a 401.",
        401, "grant.refresh_token_invalid", "The refresh_token is not valid",
    ),
    refusal(
        "missing-scopes",
        "The person unticked a scope that is needed; with a password, the connector lacks one.",
        400, "grant.scopes_conflict", "Not all requested scopes were granted",
    ),
    refusal(
        "provider-error-string",
        "The provider's own error is plain text instead of an object.",
        400, "api.bad_request", "Bad request",
        provider_error="mailbox unavailable",
    ),
    refusal("internal", "Nylas fails inside.", 500, "api.internal_error", "Internal error"),
    Outcome(
        name="other-address",
        shows="The account is connected, but belongs to another address than the one typed.",
        status=201, grant="other-address",
    ),
    Outcome(
        name="short-answer",
        shows="The account is connected; the answer lacks the address, which the grant has.",
        status=200, grant="usual", short=True,
    ),
    Outcome(
        name="no-email",
        shows="The account is connected; neither the short answer nor the grant has an address.",
        status=200, grant="no-address",
    ),
    Outcome(
        name="detect-limit",
        shows="Detection is over its limit of 20 calls a minute, for five seconds.",
        call="detect",
        status=429,
        error={"type": "api.rate_limit_error", "message": "Too many detect calls"},
        headers={"Retry-After": "5"},
    ),
    Outcome(
        name="detect-outage", shows="Detection is down: 503 with an empty body.",
        call="detect", status=503,
    ),
    Outcome(
        name="detect-slow", shows="Detection answers as usual, after a wait.",
        call="detect", status=200, slow=True,
    ),
    Outcome(
        name="token-outage",
        shows="The account is connected, but no access token comes: 503 with an empty body.",
        call="token", status=503,
    ),
)
# fmt: on
"""Every test address. Source of the shapes: Nylas API reference, error pages and client tests."""


def find_outcome(call: Call, account: str) -> Outcome | None:
    """Return the row for an address or user name, without its +tag; None for ordinary ones."""
    name = account.partition("@")[0].partition("+")[0].casefold()
    for outcome in OUTCOMES:
        if outcome.call == call and outcome.name == name:
            return outcome
    return None
