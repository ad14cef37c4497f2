"""The state of a sign-in between two requests: sealed cookies, and nothing on the server.

Each sign-in has a cookie of its own, named by its id, so that a page that waits two minutes for
Nylas cannot overwrite what another tab did meanwhile. The id (``?s=`` in addresses) is no secret:
it only tells the tabs of one browser apart. No password is ever put in here.

flow/
├── sign_in    what is known of a sign-in
├── cookies    where it is kept
├── session    Flask's own cookie
├── lifecycle  from its beginning to its end
├── carried    what brought the person here, without cookies
└── lost       why a sign-in cannot go on
"""

from flask import Flask

from config import Settings
from latchkey.infra.sealing import Sealer
from latchkey.web.flow.carried import carried, carry, go_on_carried, leave_out_carried
from latchkey.web.flow.cookies import (
    IDLE_SECONDS,
    MAX_SIGN_INS,
    TOTAL_SECONDS,
    latest,
    set_cookies,
)
from latchkey.web.flow.lifecycle import (
    SignInOver,
    current,
    finish,
    follow,
    former,
    is_from_our_page,
    link_token,
    load,
    save,
    start,
    touch,
)
from latchkey.web.flow.lost import WhyOver, connected_before, why_over
from latchkey.web.flow.session import SealedSessions
from latchkey.web.flow.sign_in import AuthorizationFailure, ConnectedGrant, SignIn

__all__ = [
    "IDLE_SECONDS",
    "MAX_SIGN_INS",
    "TOTAL_SECONDS",
    "AuthorizationFailure",
    "ConnectedGrant",
    "SignIn",
    "SignInOver",
    "WhyOver",
    "carried",
    "carry",
    "connected_before",
    "current",
    "finish",
    "follow",
    "former",
    "go_on_carried",
    "init_flow",
    "is_from_our_page",
    "latest",
    "link_token",
    "load",
    "save",
    "start",
    "touch",
    "why_over",
]


def init_flow(app: Flask, settings: Settings) -> None:
    """Seal Flask's session and the cookies of this package."""
    keys = settings.secret_keys
    https = settings.public_url.startswith("https://")
    app.secret_key = settings.secret_key
    # The oldest key that is still good, so that forms stay valid while keys are being changed.
    app.config["WTF_CSRF_SECRET_KEY"] = keys[-1]
    app.session_interface = SealedSessions(
        Sealer(keys, purpose="session"),
        https=https,
        path=settings.path,
        framed=bool(settings.embed_origins),
    )
    app.extensions["flow"] = Sealer(keys, purpose="flow")
    app.extensions["carried"] = Sealer(keys, purpose="carried")
    app.add_template_global(carry)
    app.before_request(leave_out_carried)
    app.after_request(set_cookies)
