"""Limits on calls for tokens that show no secret, since only Nylas can tell whether they are good.

Each of them costs one of the calls that all people and apps share at Nylas. What shows the API key
or brings a code of ours is not counted here. A client with invented tokens stops itself, and many
of them together leave half of the pace to clients that were right before.
"""

from collections.abc import Callable

from latchkey.apps import TokenRefused
from latchkey.infra.limits import Mode, Use
from latchkey.nylas import TokenAnswer
from latchkey.web.limits.client import client, uses_of_client
from latchkey.web.limits.requests import report
from latchkey.web.services import get_services

_RIGHT_BEFORE_SECONDS = 24 * 60 * 60


def as_stranger(call: Callable[[], TokenAnswer]) -> TokenAnswer:
    """Make the call while the limits have room.

    :raises TokenRefused: they have none, or the call raises it.
    """
    services = get_services()
    if not services.limiter.active:
        return call()
    key = f"token right {client()}"
    paces = ["token_all"] if services.store.get(key) else ["token_all", "token_new"]
    uses = [Use(rule=pace, subject="") for pace in paces]
    uses += uses_of_client("token_refused", mode=Mode.CHECK)
    if hit := services.limiter.try_all(*uses):
        raise TokenRefused("temporarily_unavailable", "Too many calls", 429, wait=report(hit))
    try:
        answer = call()
    except TokenRefused as refused:
        _count(refused.status)
        raise
    _count(answer.status)
    if answer.status == 200:
        services.store.put(key, True, seconds=_RIGHT_BEFORE_SECONDS)
    return answer


def _count(status: int) -> None:
    if 400 <= status < 500 and status != 429:
        refused = uses_of_client("token_refused", mode=Mode.COUNT)
        get_services().limiter.try_all(*refused)
