"""The page that leads to a provider's own sign-in, and the way there."""

from urllib.parse import urljoin

from email_validator import ValidatedEmail
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from latchkey.connect.oauth import IDENTITY, OAuthClient, short
from latchkey.infra import logs
from latchkey.problems import PROBLEMS
from latchkey.problems.mailbox import ACCOUNT_MISMATCH
from latchkey.problems.oauth import OTHER_ACCOUNT
from latchkey.problems.pages import NOT_OFFERED
from latchkey.providers import Provider
from latchkey.providers.email_address import AddressRefused, read_address
from latchkey.web import flow, limits, oauth_return
from latchkey.web.admin_message import admin_mail, admin_message
from latchkey.web.completion import keep_reason, reference_to
from latchkey.web.flow import AuthorizationFailure, SignIn
from latchkey.web.frames import is_framed
from latchkey.web.in_app_browser import hindering_app
from latchkey.web.metrics import STEPS
from latchkey.web.oauth_clients import callback_url, client_for, oauth_provider
from latchkey.web.services import get_services
from latchkey.web.start import choices
from latchkey.web.start_elsewhere import start_elsewhere
from latchkey.web.trouble import is_trouble_known

bp = Blueprint("oauth", __name__)


@bp.get("/oauth/<key>")
def show(key: str) -> ResponseReturnValue:
    """Say where the person is about to go and what is asked there, or how the last try ended."""
    provider = oauth_provider(key)
    sign_in = flow.load()
    if sign_in.grant:
        return redirect(url_for("connected.show", s=sign_in.id))
    client = client_for(provider, sign_in)
    if client is None or key not in choices(sign_in):
        return _not_configured(provider, sign_in)
    flow.touch(sign_in)
    STEPS.count(step="provider")
    failure = sign_in.authorization_failure
    if failure and failure.provider != key:
        failure = None
    return _page(client, sign_in, failure)


@bp.post("/oauth/<key>")
def use_account(key: str) -> ResponseReturnValue:
    """Go on with the account that the person signed in with instead of the one that was typed."""
    oauth_provider(key)
    sign_in = flow.load()
    if account := _usable_account(sign_in):
        flow.save(
            sign_in,
            email=str(account.ascii_email),
            display_address=account.normalized,
            authorization_failure=None,
        )
    return redirect(url_for("oauth.show", key=key, s=sign_in.id), code=303)


@bp.get("/oauth/<key>/start")
def start(key: str) -> ResponseReturnValue:
    """Send the person to the provider, with a state that only this browser can bring back."""
    sign_in = flow.load()
    limits.take_step("oauth_start", sign_in)
    client = client_for(oauth_provider(key), sign_in)
    if client is None or key not in choices(sign_in):
        return redirect(url_for("oauth.show", key=key, s=sign_in.id))
    if not flow.is_from_our_page(sign_in, f"start {key}"):
        # A foreign page opened this address: the user has seen nothing of ours yet.
        return redirect(url_for("oauth.show", key=key, s=sign_in.id))
    pending = client.begin(sign_in=sign_in.id, redirect_uri=callback_url(key))
    pick = _other_account(sign_in)
    STEPS.count(step="credentials")
    flow.save(sign_in, pending=pending, authorization_failure=None)
    oauth_return.remember(sign_in, pending)
    get_services().webhooks.expect(reference_to(sign_in, key))
    url = client.authorization_url(
        pending,
        email=sign_in.email,
        other_account=pick,
        prompt=sign_in.app.account_prompt if sign_in.app else "",
    )
    return redirect(url)


def _page(
    client: OAuthClient, sign_in: SignIn, failure: AuthorizationFailure | None
) -> ResponseReturnValue:
    provider = client.provider
    problem = PROBLEMS.get(failure.problem) if failure else None
    missing = failure.missing if failure else ()
    page = render_template(
        "pages/oauth.html",
        provider=provider,
        sign_in=sign_in,
        failure=failure,
        usable_account=_usable_account(sign_in),
        problem=problem,
        support_code=failure.code if failure else "",
        permissions=_permissions(client),
        missing=[_permission_text(provider, scope) for scope in missing],
        trouble=is_trouble_known(provider),
        may_be_shared=_may_be_shared(provider, sign_in),
        app_browser=hindering_app(provider, request.user_agent.string),
        **_links(client, sign_in),
    )
    return page, problem.status if problem else 200


def _links(client: OAuthClient, sign_in: SignIn) -> dict[str, str]:
    """The addresses on the page, alone and in the message; all that leave it name this site."""
    key = client.provider.key
    site = callback_url(key)
    first_page = url_for("entry.show", login_hint=sign_in.display_address or None)
    token = flow.link_token(sign_in, f"start {key}")
    elsewhere = urljoin(site, start_elsewhere(sign_in))
    start_here = url_for("oauth.start", key=key, s=sign_in.id, t=token)
    message = _admin_message(client, sign_in, back_url=urljoin(site, first_page))
    return {
        "start_url": elsewhere if is_framed() else start_here,
        "start_target": "_top" if is_framed() else "",
        "message": message,
        "message_mail": admin_mail(message),
        "elsewhere_url": elsewhere,
    }


def _admin_message(client: OAuthClient, sign_in: SignIn, *, back_url: str) -> str:
    key = client.provider.key
    return admin_message(
        sign_in,
        provider=client.provider.name,
        client_id=client.client_id,
        admin_url=client.admin_consent_url(
            domain=sign_in.domain or "organizations",
            redirect_uri=callback_url(key),
            state=get_services().approvals.state(key),
        ),
        back_url=back_url,
    )


def _not_configured(provider: Provider, sign_in: SignIn) -> ResponseReturnValue:
    keep_reason(NOT_OFFERED)
    return render_template(
        "pages/not_configured.html",
        provider=provider,
        sign_in=sign_in,
        support_code=logs.request_id(),
    )


def _other_account(sign_in: SignIn) -> bool:
    failure = sign_in.authorization_failure
    kinds = (OTHER_ACCOUNT.kind, ACCOUNT_MISMATCH.kind)
    return failure is not None and failure.problem in kinds


def _usable_account(sign_in: SignIn) -> ValidatedEmail | None:
    """The account to use instead of the address that was typed, if it is a good one as well."""
    failure = sign_in.authorization_failure
    if failure is None or sign_in.link_claims or not _other_account(sign_in):
        return None
    try:
        return read_address(failure.account)
    except AddressRefused:
        return None


def _may_be_shared(provider: Provider, sign_in: SignIn) -> bool:
    """Tell whether the address may be a shared mailbox of the person who signed in as another."""
    failure = sign_in.authorization_failure
    account = failure.account if failure and _other_account(sign_in) else ""
    same_domain = account.rpartition("@")[2].lower() == sign_in.domain
    return bool(account and provider.oauth and provider.oauth.shared_mailboxes and same_domain)


def _permissions(client: OAuthClient) -> list[str]:
    """What is asked for, in words; empty where the words would not say all of it."""
    texts = {short(permission.scope): permission.text for permission in client.provider.permissions}
    asked = {short(scope) for scope in client.scopes} - IDENTITY
    if not client.scopes:
        return list(texts.values())
    if asked - texts.keys():
        return []
    return list(dict.fromkeys(text for scope, text in texts.items() if scope in asked))


def _permission_text(provider: Provider, scope: str) -> str:
    for permission in provider.permissions:
        if short(permission.scope) == short(scope):
            return permission.text
    return scope.rstrip("/").rpartition("/")[2]
