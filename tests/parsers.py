"""Every parser of what comes from outside, by name: each takes any text and may only refuse it as
its docstring says.

``tests/test_parsers.py`` makes up texts for them, ``tests/coverage_guided.py`` looks for texts that
reach new lines.
"""

import contextlib
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import jwt

from config import Client
from latchkey.apps import pkce
from latchkey.apps.link_claims import ClaimsRefused, read_link
from latchkey.connect.oauth import OAuthClient, PendingAuthorization, refused_by
from latchkey.connect.oauth.answers import claims_of
from latchkey.infra.addresses import endpoint, is_same_origin, origin, page_address, return_uri
from latchkey.infra.codec import UnknownShape, from_json
from latchkey.infra.errors import UpstreamError
from latchkey.infra.http import HttpClient
from latchkey.infra.languages import BY_TAG, best_language
from latchkey.infra.sealing import SealBroken, Sealer
from latchkey.nylas import NylasClient
from latchkey.problems.oauth_codes import ProviderRefused
from latchkey.providers import PROVIDERS
from latchkey.providers.email_address import (
    AddressRefused,
    ascii_address,
    clean_hint,
    read_address,
)
from latchkey.providers.mailhosts.names import ascii_name, has_invisible, is_private_name
from latchkey.providers.model import OAuth
from latchkey.web.branding.brand_file import BrandFileError, read_brand_file
from latchkey.web.flow import SignIn
from tests.conftest import LINK_KEY, SECRET

_FOLDER = tempfile.TemporaryDirectory(prefix="latchkey-parsers-")
_SEALER = Sealer([SECRET], purpose="parsers")
_BODY = [b""]
_HTTP = HttpClient(transport=httpx.MockTransport(lambda request: _answer()))
_STATUS = [200]

NYLAS_CALLS: Mapping[str, Callable[[NylasClient], object]] = {
    "detect": lambda nylas: nylas.detect("a@example.com"),
    "connectors": lambda nylas: nylas.connectors(),
    "application": lambda nylas: nylas.application(),
    "grant": lambda nylas: nylas.grant("g"),
    "grants": lambda nylas: nylas.find_grants("a@example.com"),
    "custom": lambda nylas: nylas.create_grant("imap", {}, state="s"),
    "deletion": lambda nylas: nylas.delete_grant("g"),
    "token": lambda nylas: nylas.token_for("g", client_id="c"),
    "tokeninfo": lambda nylas: nylas.token_info({}, with_key=True),
    "key": lambda nylas: nylas.accepts_key(),
    "has_grant": lambda nylas: nylas.has_grant("g"),
}


def _answer() -> httpx.Response:
    return httpx.Response(_STATUS[0], content=_BODY[0])


def address(text: str) -> None:
    """What people type and paste as an address, and what apps send as a hint."""
    with contextlib.suppress(AddressRefused):
        read_address(text)
    clean_hint(text)
    ascii_address(text)


def server(text: str) -> None:
    """What people type as a mail server."""
    name = ascii_name(text)
    has_invisible(text)
    assert name is None or (name.isascii() and is_private_name(name) in (True, False))


def link(text: str) -> None:
    """A signed link, and its claims, as whoever has the key may write them."""
    with contextlib.suppress(ClaimsRefused):
        read_link(text, [LINK_KEY])
    payload = text.encode("utf-8", "surrogatepass")
    signed = jwt.PyJWS().encode(payload, LINK_KEY, algorithm="HS256")
    with contextlib.suppress(ClaimsRefused):
        read_link(signed, [LINK_KEY])


def cookie(text: str) -> None:
    """A sealed cookie, and JSON that another version of the program may have sealed."""
    with contextlib.suppress(SealBroken):
        _SEALER.open(text, max_age=60)
    with contextlib.suppress(ValueError, RecursionError, UnknownShape):
        from_json(SignIn, json.loads(text))


def verifier(text: str) -> None:
    """PKCE's verifier, as an app sends it."""
    for method in pkce.METHODS:
        assert pkce.proves(text, challenge="a" * 43, method=method) in (True, False)
        pkce.is_possible(text, method=method)


def web_address(text: str) -> None:
    """Addresses of apps and of this page, as Nylas, settings and providers name them."""
    for read in (return_uri, origin, page_address, endpoint):
        with contextlib.suppress(ValueError):
            assert read(text)
    is_same_origin(text, "https://example.com")


def languages(text: str) -> None:
    """The tags of ``ui_locales``."""
    assert best_language(text.split(), BY_TAG) in ("", *BY_TAG)


def nylas_answer(text: str) -> None:
    """What Nylas answers to each of the calls, as a success and as a failure."""
    nylas = NylasClient(_HTTP, base_url="https://nylas.example", api_key="key")
    _BODY[0] = text.encode("utf-8", "surrogatepass")
    for _STATUS[0] in (200, 401):
        for call in NYLAS_CALLS.values():
            with contextlib.suppress(UpstreamError):
                call(nylas)


def oauth_callback(text: str) -> None:
    """What a provider sends along with the browser."""
    refused_by({"error": text, "error_description": text, "error_subcode": text})
    oauth_client().is_from_here(pending(), text)


def oauth_answer(text: str) -> None:
    """What a provider's token endpoint and userinfo answer."""
    _BODY[0] = text.encode("utf-8", "surrogatepass")
    for _STATUS[0] in (200, 400):
        for key in ("google", "microsoft"):
            client = oauth_client(key)
            with contextlib.suppress(ProviderRefused, UpstreamError):
                client.account(client.exchange(pending(), "code"), expected="a@example.com")
    with contextlib.suppress(ProviderRefused):
        claims_of(text, client_id="c", nonce="n")


def brand(text: str) -> None:
    """A brand's file, which an operator writes."""
    path = Path(_FOLDER.name) / "brand.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with contextlib.suppress(BrandFileError):
        read_brand_file(path, choosing=True)


def oauth_client(key: str = "google") -> OAuthClient:
    """The company's client at a provider that answers what the parser was given."""
    provider = PROVIDERS[key]
    oauth: Any = provider.oauth
    assert isinstance(oauth, OAuth)
    return OAuthClient(_HTTP, provider, oauth, Client(id="c", secret="s"), tenant="common")


def pending() -> PendingAuthorization:
    """What the browser has to bring back."""
    return PendingAuthorization(
        provider="google", state="s", nonce="n", verifier="v", started=0,
        redirect_uri="https://example.com/oauth/google/callback",
    )  # fmt: skip


PARSERS: Mapping[str, Callable[[str], None]] = {
    parser.__name__: parser
    for parser in (
        address, server, link, cookie, verifier, web_address, languages,
        nylas_answer, oauth_callback, oauth_answer, brand,
    )
}  # fmt: skip
