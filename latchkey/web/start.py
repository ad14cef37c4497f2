"""How a sign-in begins: what app and link ask for, and which page that leads to."""

import logging
from dataclasses import replace

from flask import request, url_for

from latchkey.apps import AppRequest, LinkClaims, LinkRefused, read_request
from latchkey.apps.parameters import is_as_written
from latchkey.infra import logs
from latchkey.problems.apps import LINK_BROKEN, LINK_NEEDED, LINK_OLD, LINK_USED
from latchkey.providers import PROVIDERS, Provider
from latchkey.providers.email_address import exact_address
from latchkey.web import flow
from latchkey.web.brand_in_force import choose_brand
from latchkey.web.flow import SignIn
from latchkey.web.known_address import is_to_confirm, known_address
from latchkey.web.language import keep_language
from latchkey.web.opener import is_opened_by_app
from latchkey.web.services import get_services

_OF_APPS = ("client_id", "redirect_uri", "response_type", "link")


def is_sent_here() -> bool:
    """Tell whether the address is one that an app made."""
    return not request.args.keys().isdisjoint(_OF_APPS)


def begin(*, complete: bool) -> SignIn:
    """Begin a sign-in as the address asks for it; what a signed link says wins.

    :param complete: the app asks as it asks Nylas; else a link or a way back is enough.
    :raises UntrustedRequest, RequestRefused, LinkRefused: it cannot begin.
    """
    refused = None
    try:
        link_claims = _read_link()
    except LinkRefused as error:
        refused, link_claims = error, error.claims
    app = _read_app(link_claims, complete=complete)
    brand = choose_brand(app, link_claims)
    if refused:
        refused.back = app.denied(refused.problem.kind) if app else ""
        raise refused
    email, display_address = known_address(app, link_claims)
    return flow.start(
        email=email,
        display_address=display_address,
        provider=_settled_provider(app, link_claims, email, display_address),
        brand=brand,
        app=app,
        link_claims=link_claims,
        opened_by_app=app is not None and is_opened_by_app(),
    )


def connected_with(refused: LinkRefused) -> SignIn | None:
    """Return this browser's sign-in that used the refused link, None when there is none."""
    claims = refused.claims
    if refused.problem is not LINK_USED or claims is None:
        return None
    for sign_in in flow.latest():
        if sign_in.grant and sign_in.link_claims and sign_in.link_claims.id == claims.id:
            return sign_in
    return None


def require_link(sign_in: SignIn | None) -> LinkClaims | None:
    """Return what the sign-in's link settles, None without one.

    :raises LinkRefused: a link is required, or it is too old to begin a sign-in with.
    """
    link_claims = sign_in.link_claims if sign_in else None
    if link_claims is None and get_services().settings.link_required:
        raise LinkRefused(LINK_NEEDED)
    if sign_in and link_claims and link_claims.exp <= sign_in.started:
        raise LinkRefused(LINK_OLD)
    return link_claims


def first_page() -> str:
    """Return the address to begin again at: for the same app, with the same link.

    "" for people who cannot come in any more without a new link.
    """
    sign_in = flow.current()
    if sign_in and (sign_in.app or sign_in.link_claims):
        return url_for("entry.show", s=sign_in.id)
    return "" if get_services().settings.link_required else url_for("entry.show")


def choices(sign_in: SignIn) -> tuple[str, ...]:
    """Keys of the providers that this person can choose: those offered, as far as the app allows.

    :raises Refused: Nylas does not accept our key, so no sign-in can work.
    """
    offered = get_services().detector.offered()
    if not offered:
        logs.event("nothing_offered", level=logging.ERROR)
    wanted = _wanted(sign_in)
    return tuple(key for key in wanted if key in offered) if wanted else offered


def chooses_first(sign_in: SignIn) -> bool:
    """Tell whether the providers are shown before the address is asked for."""
    app = sign_in.app
    if sign_in.link_claims or is_to_confirm(sign_in.email, sign_in.display_address):
        return False
    return bool(app and app.choose and len(app.providers) != 1)


def scope_for(sign_in: SignIn, provider: Provider) -> tuple[str, ...]:
    """Return the permissions to ask for: the app's, if it sent the person here for this provider.

    Every provider has names of its own for them, so one's are useless for another.
    """
    app = sign_in.app
    return app.scope if app and app.scope and app.providers == (provider.key,) else provider.scope


def provider_for(email: str, before: SignIn | None) -> str:
    """Return the key of the provider that this address is to be connected with, "" for none.

    A provider that was chosen before the address was typed, or by the app, is settled.
    """
    if before and before.provider and not before.email:
        return before.provider
    wanted = _wanted(before) if before else ()
    if len(wanted) == 1:
        return wanted[0]
    found = get_services().detector.detect(email)
    return found if not wanted or found in wanted else ""


def _wanted(sign_in: SignIn) -> tuple[str, ...]:
    link_claims = sign_in.link_claims
    app = sign_in.app
    if link_claims and link_claims.provider:
        return (link_claims.provider,)
    return app.providers if app else ()


def _read_link() -> LinkClaims | None:
    services = get_services()
    links = request.args.getlist("link")
    if not links:
        if services.settings.link_required:
            raise LinkRefused(LINK_NEEDED)
        return None
    if len(links) > 1:
        raise LinkRefused(LINK_BROKEN)
    link_claims = services.links.read(links[0])
    if not (address := exact_address(link_claims.email)):
        raise LinkRefused(LINK_BROKEN)
    keep_language(link_claims.locale)
    return replace(link_claims, email=address)


def _read_app(link_claims: LinkClaims | None, *, complete: bool) -> AppRequest | None:
    asked = request.args.copy()
    for name in ("redirect_uri", "state"):
        if settled := getattr(link_claims, name, ""):
            asked[name] = settled
    if not complete and "redirect_uri" not in asked and "client_id" not in asked:
        return None
    services = get_services()
    app = read_request(
        asked,
        services.return_addresses,
        complete=complete,
        plain_allowed=services.settings.pkce_plain,
    )
    if not getattr(link_claims, "state", "") and not is_as_written(
        "state", app.state, request.query_string
    ):
        # It could not come back as it was (RFC 6749, 4.1.2), and another one is not the app's.
        raise replace(app, state="").refused("invalid_request", "state is not UTF-8")
    return app


def _settled_provider(
    app: AppRequest | None, link_claims: LinkClaims | None, email: str, display_address: str
) -> str:
    """The only provider there is to choose, when nothing else has to be asked before its page."""
    only = link_claims.provider if link_claims and link_claims.provider else ""
    if not only and app and len(app.providers) == 1:
        only = app.providers[0]
    if not only or is_to_confirm(email, display_address):
        return ""
    return only if email or PROVIDERS[only].oauth else ""
