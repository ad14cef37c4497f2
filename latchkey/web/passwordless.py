"""Mail providers that take no passwords from apps: which sign-in of their own to go to instead."""

from typing import Any

from latchkey.problems import Problem
from latchkey.problems.pages import OAUTH_INSTEAD, OAUTH_ONLY, OAUTH_PERHAPS
from latchkey.providers import PROVIDERS, Provider
from latchkey.providers.detection import provider_of
from latchkey.providers.mailhosts import MailHost
from latchkey.web.flow import SignIn
from latchkey.web.forms import CredentialsForm
from latchkey.web.forms.server_checks import passwordless_at
from latchkey.web.services import get_services
from latchkey.web.start import choices


def blocks(provider: Provider, sign_in: SignIn) -> bool:
    """Tell whether the domain of the address is one whose mailboxes take no passwords."""
    host = get_services().hosts.find(sign_in.domain) if provider.server_field else None
    return host is not None and not host.password_login


def note(form: CredentialsForm, sign_in: SignIn) -> dict[str, Any]:
    """Return what ``components/passwordless.html`` shows above a form: provider and way instead."""
    typed = _typed_host(form)
    host = typed or form.mailbox.passwordless
    return {
        "passwordless": host,
        "passes_through": typed is None,
        "instead": way_instead(host, sign_in) if host else None,
    }


def way_instead(host: MailHost | None, sign_in: SignIn) -> Provider | None:
    """Return the provider whose own sign-in page reaches mailboxes at ``host``.

    None when this person cannot choose it.
    """
    offered = choices(sign_in)
    key = provider_of(host, offered=offered)
    provider = PROVIDERS[key] if key in offered else None
    return provider if provider and provider.oauth else None


def as_far_as_offered(problem: Problem, host: MailHost | None, sign_in: SignIn) -> Problem:
    """Return ``problem``, or where passwords are not taken, what leads to a sign-in that is.

    :param host: the mail provider, None when it is not known: then it may be on the list.
    """
    if problem is not OAUTH_ONLY:
        return problem
    if way_instead(host, sign_in):
        return OAUTH_INSTEAD
    listed = host is None and any(PROVIDERS[key].oauth for key in choices(sign_in))
    return OAUTH_PERHAPS if listed else problem


def _typed_host(form: CredentialsForm) -> MailHost | None:
    boxes = [form[spec.name] for spec in form.provider.fields if spec.kind == "host"]
    return next((host for box in boxes if (host := passwordless_at(form, box))), None)
