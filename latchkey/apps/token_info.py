"""Whose token is it: our own ID tokens are read here, access tokens by Nylas.

Source: Nylas API reference, ``GET /v3/connect/tokeninfo``, which needs no key.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from latchkey.apps.id_tokens import IdTokens
from latchkey.apps.token_caller import TokenCallers, TokenRefused, answered, is_visible
from latchkey.infra import logs
from latchkey.nylas import NylasClient, TokenAnswer

_TOKENS = ("access_token", "id_token")
_CLAIMS = ("iss", "aud", "sub", "email", "iat", "exp")


class TokenInfo:
    """Answers for tokens of this application alone."""

    def __init__(self, nylas: NylasClient, id_tokens: IdTokens, callers: TokenCallers) -> None:
        self._nylas = nylas
        self._id_tokens = id_tokens
        self._callers = callers

    def inspect(self, given: Mapping[str, str], *, authorization: str) -> TokenAnswer:
        """Say whose token it is.

        :param authorization: the header of the request.
        :raises TokenRefused: it is no token of this application.
        :raises UpstreamError: Nylas cannot be asked.
        """
        query = {name: given[name] for name in _TOKENS if given.get(name)}
        if len(query) != 1:
            raise TokenRefused("invalid_request", "Give one access_token or one id_token")
        if not is_visible("".join(query.values())):
            raise TokenRefused("invalid_request", "The token holds characters that none has")
        claims = self._claims(query.get("id_token", ""))
        if claims is None:
            if self._callers.has_key(authorization):
                return answered(self._nylas.token_info(query, with_key=True))
            return self._callers.as_stranger(partial(self._ask_nylas, query))
        data = {name: claims[name] for name in _CLAIMS if name in claims}
        return TokenAnswer(status=200, content={"request_id": logs.request_id(), "data": data})

    def _claims(self, id_token: str) -> dict[str, Any] | None:
        if not id_token:
            return None
        return self._id_tokens.read(id_token, client_id=self._callers.client_id())

    def _ask_nylas(self, query: Mapping[str, str]) -> TokenAnswer:
        client_id = self._callers.client_id()
        answer = answered(self._nylas.token_info(query, with_key=False))
        data = answer.content.get("data")
        if answer.status == 200 and not self._is_of_this_application(data, client_id):
            raise TokenRefused("invalid_request", "The token is not one of this application")
        return answer

    def _is_of_this_application(self, data: Any, client_id: str) -> bool:
        """Tell whether token info is about a grant of ours.

        Nylas documents no fixed meaning of ``aud``, so a grant that is ours is proof, too.
        """
        if not isinstance(data, Mapping):
            return False
        subject = data.get("sub")
        return data.get("aud") == client_id or (
            isinstance(subject, str) and self._nylas.has_grant(subject)
        )
