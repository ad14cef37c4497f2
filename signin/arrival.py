"""How a sign-in begins: what app and link ask for, and which page that leads to."""

from dataclasses import replace

from email_validator import EmailNotValidError
from flask import request, url_for

from signin import flow
from signin.flow import SignIn
from signin.forms import ascii_address, check_email
from signin.handoff import AppRequest, LinkRefused, Pin, read_request
from signin.problems.handoff import LINK_BROKEN, LINK_NEEDED, LINK_OLD
from signin.providers import PROVIDERS, Provider
from signin.services import get_services

_OF_APPS = ("client_id", "redirect_uri", "response_type", "link")


def is_sent_here() -> bool:
    """Tell whether the address is one that an app made."""
    return any(name in request.args for name in _OF_APPS)


def begin(*, complete: bool) -> SignIn:
    """Begin a sign-in as the address asks for it.

    :param complete: the app asks as it asks Nylas; else a link or a way back is enough.
    :raises Untrusted, RequestRefused, LinkRefused: it cannot begin.
    """
    services = get_services()
    app = None
    if complete or "redirect_uri" in request.args or "client_id" in request.args:
        app = read_request(request.args, services.return_addresses, complete=complete)
    try:
        pin = _read_pin()
    except LinkRefused as refused:
        refused.back = app.denied(refused.problem.kind) if app else ""
        raise
    email, shown = _known_address(app, pin)
    return flow.start(
        email=email,
        shown=shown,
        provider=_settled_provider(app, pin, email),
        app=app.pack() if app else {},
        pin=pin.pack() if pin else {},
    )


def require_link(signin: SignIn | None) -> Pin | None:
    """Return what the sign-in's link settles, None without one.

    :raises LinkRefused: nobody comes in here without one, or nobody begins anew with one so old.
    """
    pin = Pin.unpack(signin.pin) if signin else None
    if pin is None and get_services().settings.link_required:
        raise LinkRefused(LINK_NEEDED)
    if signin and pin and pin.exp <= signin.started:
        raise LinkRefused(LINK_OLD)
    return pin


def first_page() -> str:
    """Return the address to begin again at: for the same app, with the same link.

    "" for people who cannot come in any more without a new link.
    """
    signin = flow.current()
    if signin and (signin.app or signin.pin):
        return url_for("entry.show", s=signin.id)
    return "" if get_services().settings.link_required else url_for("entry.show")


def choices(signin: SignIn) -> tuple[str, ...]:
    """Keys of the providers that this person can choose: those offered, as far as the app allows.

    :raises Refused: Nylas does not accept our key, so no sign-in can work.
    """
    offered = get_services().detector.offered()
    wanted = _wanted(signin)
    return tuple(key for key in wanted if key in offered) if wanted else offered


def chooses_first(signin: SignIn) -> bool:
    """Tell whether the providers are shown before the address is asked for."""
    app = AppRequest.unpack(signin.app)
    return bool(app and not signin.pin and app.choose and len(app.providers) != 1)


def scope_for(signin: SignIn, provider: Provider) -> tuple[str, ...]:
    """Return the permissions to ask for: the app's, if it sent the person here for this provider.

    Every provider has names of its own for them, so one's are no good for another.
    """
    app = AppRequest.unpack(signin.app)
    return app.scope if app and app.scope and app.providers == (provider.key,) else provider.scope


def provider_for(email: str, before: SignIn | None) -> str:
    """Return the key of the provider that this address is to be connected with, "" for none.

    Whoever chose one before typing the address, or was sent here for one, has it settled.
    """
    if before and before.provider and not before.email:
        return before.provider
    wanted = _wanted(before) if before else ()
    if len(wanted) == 1:
        return wanted[0]
    found = get_services().detector.detect(email)
    return found if not wanted or found in wanted else ""


def _wanted(signin: SignIn) -> tuple[str, ...]:
    pin = Pin.unpack(signin.pin)
    app = AppRequest.unpack(signin.app)
    if pin and pin.provider:
        return (pin.provider,)
    return app.providers if app else ()


def _read_pin() -> Pin | None:
    services = get_services()
    links = request.args.getlist("link")
    if not links:
        if services.settings.link_required:
            raise LinkRefused(LINK_NEEDED)
        return None
    pin = services.links.read(links[0])
    if not (address := ascii_address(pin.email)):
        raise LinkRefused(LINK_BROKEN)
    return replace(pin, email=address)


def _known_address(app: AppRequest | None, pin: Pin | None) -> tuple[str, str]:
    """The address as Nylas gets it and as people know it; only the latter when it is no good."""
    hint = pin.email if pin else app.login_hint if app else ""
    try:
        address = check_email(hint)
    except EmailNotValidError:
        return "", hint
    return address.ascii_email or "", address.normalized


def _settled_provider(app: AppRequest | None, pin: Pin | None, email: str) -> str:
    """The only provider there is to choose, when nothing else has to be asked before its page."""
    only = pin.provider if pin and pin.provider else ""
    if not only and app and len(app.providers) == 1:
        only = app.providers[0]
    return only if only and (email or PROVIDERS[only].oauth) else ""
