"""Rate limits by name, and the parser of those that an operator changes."""

import re
from collections.abc import Mapping

# At most so many in so long. The two about mailboxes hold for each pair of client and mailbox, too;
# "refused" counts passwords that the mail provider refused, "all" what all clients do together.
USUAL_LIMITS = {
    "mailbox": "5/5m,10/1h",
    "mailbox_refused": "12/2h,16/6h,20/1d",
    "client": "40/5m,200/1h",
    "client_refused": "20/5m,60/1h",
    "address": "60/5m,300/1h",
    "oauth_start": "60/5m,300/1h",
    "oauth_callback": "60/5m,300/1h",
    "broken_link": "20/5m,60/1h",
    "address_all": "2000/10s",
    "oauth_start_all": "2000/10s",
    "oauth_callback_all": "2000/10s",
    "oauth_exchange_all": "2000/10s",
    "broken_link_all": "2000/10s",
    "token": "3000/1m",
    "token_refused": "60/5m,300/1h",
}
_SECONDS = {"s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60}
_WINDOW = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,3})([smhd])")

# Windows by the name of the limit, each as (number, seconds).
RateLimits = Mapping[str, tuple[tuple[int, int], ...]]


def rate_limits(value: str) -> RateLimits:
    """Parse limits like ``mailbox=5/5m,10/1h client=40/5m``; what is not named stays as usual.

    ``on`` changes none, and ``off`` gives no limits at all.
    """
    if value.lower() in ("off", "false", "no", "0"):
        return {}
    given = {}
    if value.lower() not in ("on", "true", "yes", "1"):
        for rule in value.split():
            name, _, windows = rule.partition("=")
            if name not in USUAL_LIMITS:
                raise ValueError(f"must be on, off, or name some of {', '.join(USUAL_LIMITS)}")
            given[name] = windows
    return {name: _windows(text) for name, text in (USUAL_LIMITS | given).items()}


def _windows(text: str) -> tuple[tuple[int, int], ...]:
    found = [_WINDOW.fullmatch(part) for part in text.split(",")]
    if not all(found):
        raise ValueError("must look like mailbox=5/5m,10/1h client=40/5m")
    return tuple((int(one[1]), int(one[2]) * _SECONDS[one[3]]) for one in found if one)
