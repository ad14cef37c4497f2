"""The rules about tokens without pages, and a Nylas that answers as told."""

import json
import queue
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from latchkey.apps import (
    AuthorizationCodes,
    IdTokens,
    ReturnAddresses,
    TokenCallers,
    TokenEndpoint,
    TokenInfo,
    TokenRefused,
)
from latchkey.apps.webhooks import Webhooks
from latchkey.infra.http import HttpClient
from latchkey.infra.store import Store
from latchkey.nylas import TokenAnswer
from tests.conftest import KEY, SECRET, make_settings
from tests.latchkey.answering import client_answered_by
from tests.latchkey.apps.test_codes import codes_of

CLIENT = "app-1"
ISSUER = "https://connect.example.com"
SECOND_KEY = "nyk_v0_second-key-of-the-tests"


class TokenRules:
    """Everything about tokens of one Nylas application.

    :param answers: of Nylas, one after the other; the last one stays.
    :param known: the settings name the application's client id.
    :param codes: others than of a process that is alone.
    :param hook: where the app's server is told, "" when it is not.
    :ivar strangers: how many calls were made for callers without the secret.
    :ivar webhooks: what the app's server was told.
    """

    def __init__(
        self,
        *answers: httpx.Response,
        known: bool = True,
        secret_required: bool = False,
        codes: AuthorizationCodes | None = None,
        hook: str = "",
    ) -> None:
        self._answers = list(answers) or [httpx.Response(503)]
        self.requests: list[httpx.Request] = []
        self.strangers = 0
        self.webhooks: queue.Queue[dict[str, Any]] = queue.Queue()
        self.store = Store()
        self.codes = codes or codes_of(self.store)
        self.id_tokens = IdTokens([SECRET])
        nylas = client_answered_by(self._answer)
        variables = {"NYLAS_CLIENT_ID": CLIENT} if known else {}
        settings = make_settings(NYLAS_API_KEY=KEY, **variables)
        self.callers = TokenCallers(
            ReturnAddresses(nylas, self.store, settings),
            [KEY, SECOND_KEY],
            as_stranger=self._as_stranger,
        )
        self.endpoint = TokenEndpoint(
            nylas=nylas, codes=self.codes, id_tokens=self.id_tokens, callers=self.callers,
            webhooks=self._webhooks(hook), secret_required=secret_required,
        )  # fmt: skip
        self.info = TokenInfo(nylas, self.id_tokens, self.callers)

    def token(self, *, authorization: str = "", **given: str) -> TokenAnswer:
        return self.endpoint.token(given, authorization=authorization, issuer=ISSUER)

    def inspect(self, authorization: str = "", **given: str) -> TokenAnswer:
        return self.info.inspect(given, authorization=authorization)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def _as_stranger(self, call: Callable[[], TokenAnswer]) -> TokenAnswer:
        self.strangers += 1
        return call()

    def _webhooks(self, url: str) -> Webhooks:
        def take(request: httpx.Request) -> httpx.Response:
            self.webhooks.put(json.loads(request.content))
            return httpx.Response(200)

        http = HttpClient(transport=httpx.MockTransport(take))
        return Webhooks(self.store, http, url=url, secret="secret", with_email=True)


def refusal(call: Callable[[], object]) -> tuple[int, str, str]:
    """Status, error and description of the refusal that ``call`` ends with."""
    with pytest.raises(TokenRefused) as raised:
        call()
    refused = raised.value
    return refused.status, refused.error, refused.description
