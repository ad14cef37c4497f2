"""An app in one file: somebody signs in to a mailbox, and it shows which one that is.

Start the page with ``make run``, then this with ``.venv/bin/python docs/examples/app.py``; it needs
``.venv/bin/pip install nylas``.
"""

import os
import secrets

from flask import Flask, redirect, render_template_string, request, session, url_for
from flask.typing import ResponseReturnValue
from nylas import Client
from nylas.models.errors import NylasOAuthError

API_KEY = os.environ.get("NYLAS_API_KEY", "sandbox")
CLIENT_ID = os.environ.get("NYLAS_CLIENT_ID", "sandbox-application")
NYLAS = os.environ.get("NYLAS_API_URI", "https://api.us.nylas.com")
PAGE = os.environ.get("SIGN_IN_PAGE", "http://localhost:8000")

# The only line that is different with Nylas's Hosted auth: there it says api_uri=NYLAS.
sign_in = Client(API_KEY, api_uri=PAGE)
# Mail, calendars and contacts stay at Nylas: mail.messages.list(grant_id), and so on.
mail = Client(API_KEY, api_uri=NYLAS)

HTML = """<!doctype html><html lang="en"><title>{{ title }}</title><link rel="icon" href="data:,">
<h1>{{ title }}</h1><p>{{ text }}</p><p><a href="{{ url_for('connect') }}">Connect a mailbox</a>"""

app = Flask(__name__)
app.secret_key = os.environ.get("APP_SECRET_KEY", secrets.token_hex())


def _show(title: str, text: str, status: int = 200) -> ResponseReturnValue:
    return render_template_string(HTML, title=title, text=text), status


def _about_us() -> dict[str, str]:
    return {"client_id": CLIENT_ID, "redirect_uri": url_for("callback", _external=True)}


@app.get("/")
def home() -> ResponseReturnValue:
    """Offer to connect a mailbox."""
    return _show("Sample app", "No mailbox is connected yet.")


@app.get("/connect")
def connect() -> ResponseReturnValue:
    """Send the person to the page, with a state that only this browser can bring back."""
    session["state"] = secrets.token_urlsafe()
    return redirect(sign_in.auth.url_for_oauth2({**_about_us(), "state": session["state"]}))


@app.get("/callback")
def callback() -> ResponseReturnValue:
    """Take the person back, with a code for the new grant or with the reason why there is none."""
    state = session.pop("state", "")
    if not state or request.args.get("state") != state:
        return _show("Let’s start again", "This sign-in did not begin in this window.", 400)
    if error := request.args.get("error"):
        reason = request.args.get("error_description", error)
        return _show("No mailbox was connected", f"You can try again at any time. ({reason})")
    try:
        tokens = sign_in.auth.exchange_code_for_token({**_about_us(), "code": request.args["code"]})
    except NylasOAuthError as refused:
        return _show("That took too long", f"Please connect the mailbox again. ({refused})", 502)
    # An app keeps the grant id with the person's account: every call for their mail needs it.
    return _show("Your mailbox is connected", f"{tokens.email} has the grant {tokens.grant_id}.")


if __name__ == "__main__":
    app.run(host="localhost", port=5000)
