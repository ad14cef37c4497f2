"""Limits over all clients together: for steps that cost something at others or in the store.

Half of each is kept for browsers that prove a good past, by the cookie of one that connected a
mailbox before or by a signed link, so that many strangers' networks together hold none of them up.
A proof counts as one client, however many send copies of it. A step is counted once it is known to
be valid: requests that lead nowhere take no room of it.
"""

from latchkey.infra.limits import Use
from latchkey.problems.limits import CLIENT_LIMIT
from latchkey.web.flow import SignIn
from latchkey.web.limits.device import device_id
from latchkey.web.limits.requests import TooManyRequests, report
from latchkey.web.services import get_services


def take_shared(step: str, sign_in: SignIn | None) -> None:
    """Count a step for all clients together.

    :param step: ``address``, ``oauth_start``, ``oauth_callback``, ``oauth_exchange``.
    :param sign_in: the one it belongs to, None before there is one.
    :raises TooManyRequests: there is no room.
    """
    limiter = get_services().limiter
    everyone = Use(rule=f"{step}_all", subject="")
    hit = limiter.try_all(everyone, Use(rule=f"{step}_new", subject=""))
    if hit and (proof := _proof(sign_in)):
        hit = limiter.try_all(everyone, Use(rule="proof", subject=f"{step} {proof}"))
    if hit:
        raise TooManyRequests(CLIENT_LIMIT, report(hit))


def _proof(sign_in: SignIn | None) -> str:
    """What tells a good past, "" for none."""
    if sign_in and sign_in.link_claims:
        return f"link {sign_in.link_claims.id}"
    device = device_id()
    return f"device {device}" if device else ""
