"""The calls about grants: what a sign-in makes, looks up and deletes."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any
from urllib.parse import quote

from latchkey.infra.errors import BadAnswer
from latchkey.infra.http_connection import SendSlot
from latchkey.infra.upstream_call import UpstreamCall
from latchkey.nylas.answers import refused
from latchkey.nylas.calls import NylasCalls
from latchkey.nylas.errors import Refused
from latchkey.nylas.records import Grant, grant_of

LOOKUP_SECONDS = 5.0
# Nylas ends a request after 90 s by its documentation, after 120 s by its command line tool.
GRANT_SECONDS = 120.0

_GRANT = UpstreamCall("nylas_connect_custom")
_LOOKUP = UpstreamCall("nylas_grants")
_DELETION = UpstreamCall("nylas_grant_deletion")


class GrantCalls(NylasCalls):
    """Makes, finds and deletes grants."""

    def create_grant(
        self,
        provider: str,
        settings: Mapping[str, Any],
        *,
        scope: Sequence[str] = (),
        state: str,
        send_slot: SendSlot = nullcontext,
    ) -> Grant:
        """Let Nylas sign in with these credentials, once (``POST /v3/connect/custom``).

        An address that has a grant already keeps its grant id.

        :param state: what the grant is recognised by afterwards, up to 256 characters.
        :param send_slot: makes the context to send the first byte in.
        """
        body = {"provider": provider, "settings": dict(settings), "state": state}
        if scope:
            body["scope"] = list(scope)
        data = self._data(
            _GRANT,
            "POST",
            "/v3/connect/custom",
            body=body,
            seconds=GRANT_SECONDS,
            send_slot=send_slot,
        )
        if (grant := grant_of(data)) is None:
            raise BadAnswer("connect/custom")
        return grant

    def grant(self, grant_id: str) -> Grant:
        """Return a grant as Nylas keeps it (``GET /v3/grants/{id}``)."""
        data = self._data(_LOOKUP, "GET", _grant_path(grant_id), seconds=LOOKUP_SECONDS)
        if (grant := grant_of(data)) is None or grant.id != grant_id:
            raise BadAnswer("grant")
        return grant

    def delete_grant(self, grant_id: str) -> None:
        """Delete a grant for good (``DELETE /v3/grants/{id}``); one that is gone is no error."""
        answer = self._send(_DELETION, "DELETE", _grant_path(grant_id), seconds=LOOKUP_SECONDS)
        if not 200 <= answer.status < 300 and answer.status != 404:
            raise refused(answer)

    def find_grants(self, email: str) -> tuple[Grant, ...]:
        """List the grants of an address."""
        data = self._data(
            _LOOKUP, "GET", "/v3/grants", params={"email": email}, seconds=LOOKUP_SECONDS
        )
        if not isinstance(data, list):
            raise BadAnswer("grants")
        return tuple(grant for entry in data if (grant := grant_of(entry)))

    def has_grant(self, grant_id: str) -> bool:
        """Tell whether the application has this grant."""
        try:
            self._data(_LOOKUP, "GET", _grant_path(grant_id), seconds=LOOKUP_SECONDS)
        except Refused as error:
            if error.refusal.status not in (400, 404):
                raise
            return False
        return True


def _grant_path(grant_id: str) -> str:
    # What Nylas named is data like any other: it must not lead to another path.
    return f"/v3/grants/{quote(grant_id, safe='')}"
