"""The states of the pages in the order of a sign-in, as data: an address, then forms to send.

The gallery, the browser tests, ``make accessible`` and ``make shots`` read the same list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

EXAMPLE = "someone@example.com"
_LONG = "long" + "g" * 60 + "@" + ".".join(["d" * 61, "e" * 61, "f" * 58]) + ".test"
# The app that the sandbox knows, unless RETURN_URIS names others.
_APP = {
    "client_id": "sandbox-application",
    "redirect_uri": "http://localhost:5000/callback",
    "response_type": "code",
}


@dataclass(frozen=True, kw_only=True)
class State:
    """A page as a person may meet it.

    :ivar key: the end of its address in the gallery.
    :ivar part: the part of the sign-in it belongs to.
    :ivar shows: one line about it.
    :ivar path: the address that a person opens first.
    :ivar forms: what is typed into the first form of each page after that, by field.
    """

    key: str
    part: str
    shows: str
    path: str = "/"
    forms: tuple[Mapping[str, str], ...] = ()


def make_states(trials: Iterable[tuple[str, str]]) -> Mapping[str, State]:
    """Return all states by key.

    :param trials: the test addresses of the sandbox: what is before the @, and what it shows.
    """
    endings = (
        _password(f"ending-{name}", "How a sign-in ends", shows, f"{name}@example.com")
        for name, shows in trials
    )
    states = (*_ASKING, *_SIGNING_IN, *endings, *_FROM_AN_APP, *_ELSEWHERE)
    return {state.key: state for state in states}


def _entered(key: str, part: str, shows: str, email: str) -> State:
    return State(key=key, part=part, shows=shows, forms=({"email": email},))


def _password(key: str, part: str, shows: str, email: str, **typed: str) -> State:
    sent = {"password": "secret", **typed}
    return State(key=key, part=part, shows=shows, forms=({"email": email}, sent))


def _app(key: str, shows: str, *forms: Mapping[str, str], **asked: str) -> State:
    path = f"/v3/connect/auth?{urlencode(_APP | asked)}"
    return State(key=key, part="From an app", shows=shows, path=path, forms=forms)


_FIRST, _FORM, _OTHER = "The e-mail address", "The password", "Other pages"

_ASKING = (
    State(key="entry", part=_FIRST, shows="The first page."),
    _entered("entry-error", _FIRST, "The address cannot be one.", "someone@"),
    _entered("typing-slip", _FIRST, "The address looks mistyped.", "someone@gmial.com"),
    _entered("chooser", _FIRST, "The provider is not known.", "someone@unknown.example.com"),
    _entered("chooser-long", _FIRST, "The longest address that there can be.", _LONG),
)
_SIGNING_IN = (
    _entered("imap", _FORM, "A mail server.", EXAMPLE),
    _entered("imap-known", _FORM, "A known provider, with help.", "someone@yahoo.com"),
    _entered("icloud", _FORM, "Apple iCloud.", "someone@icloud.com"),
    _entered("ews", _FORM, "Exchange.", "someone@exchange.example.com"),
    _password("no-password", _FORM, "The password is missing.", EXAMPLE, password=""),
    _password(
        "no-app-password", _FORM, "What was typed is no app password.", "someone@yahoo.com"
    ),
    _password(
        "imap-known-wrong-password", _FORM, "A known provider refuses the password.",
        "wrong-password@yahoo.com",
    ),
    _password(
        "icloud-unreachable", _FORM, "A known provider does not answer.", "unreachable@icloud.com"
    ),
    _password(
        "host-refused", _FORM, "A typed mail server belongs to others.", EXAMPLE,
        imap_host="imap.elsewhere.test",
    ),
    _entered("oauth-google", "OAuth", "Google.", "someone@gmail.com"),
    _entered("oauth-microsoft", "OAuth", "Microsoft.", "someone@outlook.com"),
    State(
        key="oauth-over", part="OAuth", shows="The way back from a provider, long after.",
        path="/oauth/zoom/callback?code=1",
    ),
    _password("connected", "How a sign-in ends", "The mailbox is connected.", EXAMPLE),
)  # fmt: skip
_FROM_AN_APP = (
    _app("app-entry", "The app knows no address."),
    _app("app-chooser", "The app asks for the list.", prompt="select_provider"),
    _app("app-oauth", "The app names a provider.", provider="google"),
    _app(
        "app-connected",
        "The way back to the app.",
        {"password": "secret"},
        login_hint=EXAMPLE,
        provider="imap",
    ),
    _app(
        "app-outage",
        "Nylas does not answer.",
        {"password": "secret"},
        login_hint="internal@example.com",
        provider="imap",
    ),
    _app(
        "app-unknown",
        "An app that is not known here.",
        client_id="none",
        redirect_uri="https://app.example.com/",
    ),
)
_ELSEWHERE = (
    State(key="link-broken", part=_OTHER, shows="A signed link is damaged.", path="/?link=abc"),
    State(
        key="approved", part=_OTHER, shows="An administrator has approved.",
        path="/oauth/microsoft/callback?admin_consent=True&state=x",
    ),
    State(key="languages", part=_OTHER, shows="The list of languages.", path="/languages?to=/"),
    State(key="not-found", part=_OTHER, shows="No such page.", path="/no-such-page"),
)  # fmt: skip
