"""Provider detection by domain, as narrow about its input as the documentation allows."""

import re
import time
from collections.abc import Iterator, Mapping

from flask import Blueprint, Response, request

from latchkey.sandbox.answers import ApiError, data_answer, invalid_request, outcome_answer
from latchkey.sandbox.mail_records import COMPANIES
from latchkey.sandbox.outcomes import find_outcome
from latchkey.sandbox.state import current_sandbox

bp = Blueprint("detect", __name__)

Candidate = tuple[str, str | None]
"""A provider and, for IMAP, which flavour of it."""

GOOGLE: tuple[Candidate, ...] = (("google", None),)
MICROSOFT: tuple[Candidate, ...] = (("microsoft", None),)
YAHOO: tuple[Candidate, ...] = (("imap", "yahoo"),)
ICLOUD: tuple[Candidate, ...] = (("icloud", None), ("imap", "icloud"))
IMAP: tuple[Candidate, ...] = (("imap", None),)

DOMAINS: Mapping[str, tuple[Candidate, ...]] = {
    "gmail.com": GOOGLE,
    "googlemail.com": GOOGLE,
    "msn.com": MICROSOFT,
    "office365.com": MICROSOFT,
    "ymail.com": YAHOO,
    "aol.com": (("imap", "aol"),),
    "icloud.com": ICLOUD,
    "me.com": ICLOUD,
    "mac.com": ICLOUD,
    "exchange.example.com": (("ews", None),),
    "trouble.example.com": IMAP,
    **dict.fromkeys(("fastmail.com", "gmx.de", "gmx.net", "web.de"), IMAP),
    **dict.fromkeys(COMPANIES, IMAP),
    **dict.fromkeys(("example.com", "example.org", "example.net"), IMAP),
}
"""The best candidate first; any other domain is unknown."""

BRANDS: Mapping[str, tuple[Candidate, ...]] = {
    "yahoo": YAHOO,
    "outlook": MICROSOFT,
    "hotmail": MICROSOFT,
    "live": MICROSOFT,
}
"""Names that exist under many country domains, such as yahoo.co.uk."""

BRAND_DOMAIN = re.compile(r"([a-z]+)\.(?:com?\.)?[a-z]+")
# Non-ASCII domains must arrive as punycode; a plus sign left unescaped arrives as a space.
ADDRESS = re.compile(r"[^@\s]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


@bp.post("/providers/detect")
def detect() -> Response:
    """Answer POST /v3/providers/detect.

    Source: Nylas API reference: parameters in the query only, 20 calls a minute, and neither
    provider nor type when nothing is detected. Raises ApiError for anything else.
    """
    sandbox = current_sandbox()
    if not sandbox.detect_quota.take():
        raise ApiError(429, "api.rate_limit_error", "Too many detect calls, try again later")
    if request.get_data():
        raise invalid_request("detect takes its parameters from the query, not from a body")
    email = request.args.get("email", "")
    if not ADDRESS.fullmatch(email):
        raise invalid_request("email must be an e-mail address")
    everything = _flag("all_provider_types")

    outcome = find_outcome("detect", email)
    if outcome is not None and outcome.slow:
        time.sleep(sandbox.detect_slow_seconds)
    elif outcome is not None and outcome.status is not None:
        return outcome_answer(outcome, outcome.status)
    return data_answer(_detection(email, None if everything else sandbox.connectors))


def _detection(email: str, allowed: Mapping[str, object] | None) -> dict[str, object]:
    for provider, flavour in _candidates(email):
        if allowed is None or provider in allowed:
            found: dict[str, object] = {
                "email_address": email,
                "detected": True,
                "provider": provider,
            }
            return found if flavour is None else {**found, "type": flavour}
    return {"email_address": email, "detected": False}


def _candidates(email: str) -> Iterator[Candidate]:
    domain = email.rpartition("@")[2].casefold()
    brand = BRAND_DOMAIN.fullmatch(domain)
    yield from DOMAINS.get(domain, ())
    yield from BRANDS.get(brand[1], ()) if brand else ()


def _flag(name: str) -> bool:
    typed = request.args.get(name, "false").casefold()
    if typed not in ("true", "false"):
        raise invalid_request(f"{name} must be true or false")
    return typed == "true"
