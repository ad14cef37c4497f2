"""Who asks for tokens: this application's apps, with its secret or without it, and strangers."""

import hmac
import re
from base64 import b64decode
from collections.abc import Callable, Collection, Mapping
from urllib.parse import unquote_plus

from latchkey.apps.return_addresses import ReturnAddresses
from latchkey.nylas import TokenAnswer

_BASIC = "basic "
_BEARER = "bearer "
_VISIBLE = re.compile("[\x20-\x7e]+")

# Makes a call to Nylas within the limits for callers without the secret; raises TokenRefused.
AsStranger = Callable[[Callable[[], TokenAnswer]], TokenAnswer]


class TokenRefused(Exception):
    """No token: an error of RFC 6749, 5.2, its description, and the status.

    :ivar wait: whole seconds after which another try is worth it, 0 when none is.
    """

    def __init__(self, error: str, description: str, status: int = 400, *, wait: int = 0) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status
        self.wait = wait


class TokenCallers:
    """Tells the callers of the token endpoint apart.

    :param secrets: of the application: its API keys, as at Nylas, which allows several.
    :ivar as_stranger: makes the calls of those who have not shown one of them.
    """

    def __init__(
        self,
        return_addresses: ReturnAddresses,
        secrets: Collection[str],
        *,
        as_stranger: AsStranger,
    ) -> None:
        self.as_stranger = as_stranger
        self._return_addresses = return_addresses
        self._secrets = [secret.encode() for secret in secrets]

    def client_id(self) -> str:
        """Return the only client id that is served.

        :raises UpstreamError: Nylas has to be asked for it, and cannot be.
        """
        return self._return_addresses.client_id()

    def check(self, given: Mapping[str, str], *, secret_needed: bool) -> None:
        """Make sure that an app of this application asks.

        What can be told without the client id of the application comes first: Nylas may have to be
        asked for that.

        :raises TokenRefused: it does not, or its secret is wrong or missing.
        """
        secret = given.get("client_secret")
        if secret is None and secret_needed:
            raise TokenRefused("invalid_client", "client_secret is missing", 401)
        if secret is not None and not self._is_secret(secret):
            raise TokenRefused("invalid_client", "client_secret is not the API key", 401)
        client_id = given.get("client_id", "")
        if not is_visible(client_id) or client_id != self.client_id():
            description = "client_id is not that of the Nylas application"
            raise TokenRefused("invalid_client", description, 401)

    def has_key(self, authorization: str) -> bool:
        """Tell whether the header holds the API key, as SDKs of servers send it.

        :raises TokenRefused: it holds another key.
        """
        key = _bearer(authorization)
        if key is None:
            return False
        if not self._is_secret(key):
            raise TokenRefused("invalid_client", "The key is not the API key", 401)
        return True

    @staticmethod
    def with_secret(given: Mapping[str, str], authorization: str) -> Mapping[str, str]:
        """Return the request with its secret, which may be in the header alone.

        Nylas's SDK for Node.js sends its API key with every call, and no longer in the body, too.
        Clients of OAuth may show their id there as well (RFC 6749, 2.3.1).
        """
        secret = _bearer(authorization)
        return {**({"client_secret": secret} if secret else _basic(authorization)), **given}

    def _is_secret(self, given: str) -> bool:
        shown = given.encode("utf-8", "surrogatepass")
        return any([hmac.compare_digest(shown, secret) for secret in self._secrets])


def _bearer(authorization: str) -> str | None:
    is_bearer = authorization[: len(_BEARER)].lower() == _BEARER
    return authorization[len(_BEARER) :] if is_bearer else None


def _basic(authorization: str) -> dict[str, str]:
    """Id and secret, which are form-encoded before they are put together; without empty ones."""
    if authorization[: len(_BASIC)].lower() != _BASIC:
        return {}
    try:
        shown = b64decode(authorization[len(_BASIC) :], validate=True).decode()
    except ValueError:
        return {}
    client_id, _, secret = shown.partition(":")
    found = {"client_id": unquote_plus(client_id), "client_secret": unquote_plus(secret)}
    return {name: value for name, value in found.items() if value}


def is_visible(text: str) -> bool:
    """Tell whether it is made of the characters that codes, tokens and ids have (RFC 6749, A)."""
    return bool(_VISIBLE.fullmatch(text))


def answered(answer: TokenAnswer) -> TokenAnswer:
    """Return Nylas's answer as it is.

    :raises TokenRefused: it holds nothing.
    """
    if not answer.content:
        raise TokenRefused(
            "temporarily_unavailable", "Nylas does not answer", 503, wait=answer.retry_after
        )
    return answer
