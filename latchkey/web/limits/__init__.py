"""Limits on what clients may do, and for whom they are not meant.

limits/
├── client    which client a request comes from
├── device    the cookie of a browser that connected mailboxes before
├── mailbox   which mailboxes a try is about
├── limiter   the rules, those of the settings and those that follow from them
├── requests  limits on apps' requests, broken links and new domains
├── steps     limits on the steps of a sign-in, for a client and for all clients together
├── tokens    limits on calls to Nylas for apps that show no secret
└── tries     limits on passwords that are sent to Nylas
"""

from latchkey.web.limits.client import client, party, widest_network
from latchkey.web.limits.device import remember, remember_browser
from latchkey.web.limits.limiter import make_limiter
from latchkey.web.limits.requests import (
    TooManyRequests,
    count_refused_link,
    detection_wait,
    init_limits,
)
from latchkey.web.limits.steps import take_step
from latchkey.web.limits.tokens import as_stranger
from latchkey.web.limits.tries import is_pause_near, limited, raise_if_limited

__all__ = [
    "TooManyRequests",
    "as_stranger",
    "client",
    "count_refused_link",
    "detection_wait",
    "init_limits",
    "is_pause_near",
    "limited",
    "make_limiter",
    "party",
    "raise_if_limited",
    "remember",
    "remember_browser",
    "take_step",
    "widest_network",
]
