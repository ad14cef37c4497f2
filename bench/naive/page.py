"""Flask and Nylas's own SDK, put together as the public guides to Custom authentication do.

One SDK client; detect for every address, then ``custom_authentication`` in the view, and no thought
of limits, slow answers or errors. It is a yardstick, not an example to follow.

https://developer.nylas.com/docs/v3/auth/custom/
"""

import os

from flask import Flask, redirect, render_template_string, request, session, url_for
from flask.typing import ResponseReturnValue
from nylas import Client  # type: ignore[import-untyped]

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]

nylas = Client(os.environ["NYLAS_API_KEY"], os.environ["NYLAS_API_URI"])

PAGE = """<!doctype html>
<title>{{ title }}</title>
<h1>{{ title }}</h1>
{% if fields %}
<form method="post">
  {% for name, kind in fields.items() %}
  <p><label>{{ name }} <input name="{{ name }}" type="{{ kind }}"></label></p>
  {% endfor %}
  <button>Continue</button>
</form>
{% endif %}
"""


@app.get("/")
def entry() -> ResponseReturnValue:
    """Ask for the address."""
    return render_template_string(PAGE, title="Connect your mailbox", fields={"email": "email"})


@app.post("/")
def detect() -> ResponseReturnValue:
    """Ask Nylas which provider it is."""
    email = request.form["email"]
    detected = nylas.auth.detect_provider({"email": email})
    session["email"] = email
    return redirect(url_for("credentials", provider=detected.data.provider))


@app.get("/connect/<provider>")
def credentials(provider: str) -> ResponseReturnValue:
    """Ask for the password and the servers."""
    fields = {"password": "password", "imap_host": "text", "smtp_host": "text"}
    return render_template_string(PAGE, title=f"Sign in with {provider}", fields=fields)


@app.post("/connect/<provider>")
def connect(provider: str) -> ResponseReturnValue:
    """Create the grant."""
    grant = nylas.auth.custom_authentication(
        {
            "provider": provider,
            "settings": {
                "imap_username": session["email"],
                "imap_password": request.form["password"],
                "imap_host": request.form["imap_host"],
                "imap_port": 993,
                "smtp_host": request.form["smtp_host"],
                "smtp_port": 465,
            },
        }
    )
    session["grant_id"] = grant.data.id
    return redirect(url_for("connected"))


@app.get("/connected")
def connected() -> ResponseReturnValue:
    """Say that it worked."""
    return render_template_string(PAGE, title="Connected", fields={})
