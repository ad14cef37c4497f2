"""Limits on the steps of a sign-in that cost something at others or in the store.

Each client has its own, and all clients have one together. Half of that is kept for browsers that
prove a good past, by the cookie of one that connected a mailbox before or by a signed link, so that
many strangers' networks together hold none of them up. A proof counts as one client, however many
send copies of it. Requests that lead nowhere take no room of it. Both are counted in one command.
"""

from latchkey.infra.limits import Use
from latchkey.problems.limits import CLIENT_LIMIT
from latchkey.web.flow import SignIn
from latchkey.web.limits.client import uses_of_client
from latchkey.web.limits.device import device_id
from latchkey.web.limits.requests import TooManyRequests, report
from latchkey.web.services import get_services

# What a step counts as for its client, where that is no step of its own.
_COUNTS_AS = {"oauth_exchange": "oauth_callback"}


def take_step(step: str, sign_in: SignIn | None, *, valid: bool = True) -> None:
    """Count a step for its client and for all clients together.

    People with a signed link to one mailbox type no address: theirs is not counted for the client.

    :param step: ``address``, ``oauth_start``, ``oauth_callback``, ``oauth_exchange``.
    :param sign_in: the one it belongs to, None before there is one.
    :param valid: whether it leads on; what does not counts for its client alone.
    :raises TooManyRequests: there is no room.
    """
    uses = []
    if not (step == "address" and sign_in and sign_in.link_claims):
        uses += uses_of_client(_COUNTS_AS.get(step, step))
    limiter = get_services().limiter
    if valid:
        uses.append(Use(rule=f"{step}_all", subject=""))
        hit = limiter.try_all(*uses, Use(rule=f"{step}_new", subject=""))
        if hit and (proof := _proof(sign_in)):
            hit = limiter.try_all(*uses, Use(rule="proof", subject=f"{step} {proof}"))
    else:
        hit = limiter.try_all(*uses)
    if hit:
        raise TooManyRequests(CLIENT_LIMIT, report(hit))


def _proof(sign_in: SignIn | None) -> str:
    """What tells a good past, "" for none."""
    if sign_in and sign_in.link_claims:
        return f"link {sign_in.link_claims.id}"
    device = device_id()
    return f"device {device}" if device else ""
