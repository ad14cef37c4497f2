"""The calls about tokens, passed on for the apps that people came from."""

from collections.abc import Mapping

from latchkey.infra.http import Answer
from latchkey.infra.upstream_call import UpstreamCall
from latchkey.nylas.answers import read_json, retry_after
from latchkey.nylas.calls import NylasCalls
from latchkey.nylas.records import TokenAnswer

TOKEN_SECONDS = 10.0
_INFO_SECONDS = 5.0

_TOKEN = UpstreamCall("nylas_token")
_TOKEN_INFO = UpstreamCall("nylas_tokeninfo")


class TokenCalls(NylasCalls):
    """Exchanges tokens and asks about them."""

    def token(self, request: Mapping[str, str]) -> TokenAnswer:
        """Pass a token request on (RFC 6749, 3.2); its content authenticates the client."""
        answer = self._http.send(
            "POST", f"{self._base_url}/v3/connect/token", call=_TOKEN, seconds=TOKEN_SECONDS,
            json=dict(request),
        )  # fmt: skip
        return _read(answer)

    def token_for(self, grant_id: str, *, client_id: str) -> TokenAnswer:
        """Ask for an access token for a grant of this application (client credentials)."""
        return self.token(
            {
                "client_id": client_id,
                "client_secret": self._api_key,
                "grant_type": "client_credentials",
                "grant_id": grant_id,
            }
        )

    def token_info(self, query: Mapping[str, str], *, with_key: bool) -> TokenAnswer:
        """Pass a question about a token on.

        :param with_key: whether our API key goes along; Nylas needs none.
        """
        answer = self._http.send(
            "GET", f"{self._base_url}/v3/connect/tokeninfo", call=_TOKEN_INFO,
            seconds=_INFO_SECONDS, headers=self._headers if with_key else None, params=query,
        )  # fmt: skip
        return _read(answer)


def _read(answer: Answer) -> TokenAnswer:
    return TokenAnswer(
        status=answer.status, content=read_json(answer), retry_after=retry_after(answer)
    )
