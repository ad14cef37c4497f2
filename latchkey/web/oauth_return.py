"""Callbacks without a sign-in of this browser, and the sign-in that each goes on with.

Phones open a provider's answer in another browser, people come back after an hour, and Zoom's
Marketplace sends people here without a state. None of these connects anything; the way on keeps the
address and the app. For that the store keeps, under the state and as long as it counts, what the
sign-in was about: no token, no verifier, no password.
"""

import time
from dataclasses import replace

from latchkey.connect.oauth import PendingAuthorization
from latchkey.connect.oauth.pending import PENDING_SECONDS
from latchkey.infra.codec import UnknownShape, from_json, to_json
from latchkey.providers import Provider
from latchkey.web import flow
from latchkey.web.flow import SignIn
from latchkey.web.services import get_services
from latchkey.web.start import require_link


def signin_id(state: str) -> str:
    """Return the id of the sign-in that a state names, "" for none."""
    return state.partition(".")[0]


def remember(sign_in: SignIn, pending: PendingAuthorization) -> None:
    """Keep what ``sign_in`` is about for a browser that brings its state without its cookie."""
    about = replace(
        sign_in, salt="", typed={}, pending=None, authorization_failure=None, opened_by_app=False
    )
    get_services().store.put(_name(pending.state), to_json(about), seconds=PENDING_SECONDS)


def continued(provider: Provider, state: str) -> SignIn:
    """Return the sign-in to go on with after a callback whose own is not alive here.

    In this order: the same one begun again, this browser's other sign-in at the provider, what the
    state was about, any other sign-in of this browser, a new one without an address.

    :raises LinkRefused: it would need a signed link, and there is none that still counts.
    """
    alive = [sign_in for sign_in in flow.latest() if not sign_in.grant]
    here = [sign_in for sign_in in alive if _is_at(provider, sign_in)]
    if not (former := flow.former(signin_id(state))):
        if here:
            return here[0]
        former = _remembered(state)
    if not former and alive:
        return alive[0]
    return _begun_again(provider, former)


def _begun_again(provider: Provider, former: SignIn | None) -> SignIn:
    # Before a cookie is made: with it the provider's page would open without a link.
    require_link(replace(former, started=int(time.time())) if former else None)
    return flow.start(
        email=former.email if former else "",
        display_address=former.display_address if former else "",
        provider=provider.key,
        before=former,
    )


def _is_at(provider: Provider, sign_in: SignIn) -> bool:
    pending = sign_in.pending
    return provider.key in (sign_in.provider, pending.provider if pending else "")


def _remembered(state: str) -> SignIn | None:
    kept = get_services().store.get(_name(state)) if state else None
    try:
        return from_json(SignIn, kept) if kept else None
    except UnknownShape:
        # Another version of this program kept it.
        return None


def _name(state: str) -> str:
    return f"oauth sign-in:{state}"
