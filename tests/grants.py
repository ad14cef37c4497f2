"""A Nylas that keeps grants as its documents say: one for each address, refreshed by any sign-in.

Unlike the sandbox, it can answer shortly, break off, or be visited by another user meanwhile.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx

Broken = Callable[[], httpx.Response]


class Grants:
    """Answers requests to Nylas, and keeps those that changed something.

    :ivar kept: the grants, by what they are filed under, in small letters.
    :ivar sent: bodies of ``connect/custom``.
    :ivar deleted: ids of the grants that were deleted.
    :ivar named: what a grant is called by its answer and list, where that is not the login name.
    :ivar short: answers name neither address nor state; the grant itself does.
    :ivar broken: answers instead, once the grant was made if ``makes`` is true.
    """

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.sent: list[dict[str, Any]] = []
        self.deleted: list[str] = []
        self.named: dict[str, str | None] = {}
        self.tokens: dict[str, str] = {}
        self.short = False
        self.makes = True
        self.broken: Broken | None = None

    def transport(self) -> httpx.BaseTransport:
        return httpx.MockTransport(self._answer)

    def connect(self, login: str, *, state: str | None = None, provider: str = "imap") -> str:
        """Make or refresh the grant of a login, as another user's app might; gives its id."""
        now = int(time.time())
        known = self.kept.get(
            login.lower(), {"id": f"grant-of-{login.partition('@')[0]}", "created_at": now}
        )
        email = self.named.get(login, login)
        known |= {"provider": provider, "email": email, "updated_at": now, "state": state}
        self.kept[login.lower()] = known
        return str(known["id"])

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v3/")
        if path == "providers/detect":
            email = request.url.params["email"]
            provider = "microsoft" if email.endswith("@ms.example") else "imap"
            return _data({"email_address": email, "detected": True, "provider": provider})
        if path == "connectors":
            return _data([{"provider": key} for key in ("imap", "ews", "microsoft", "google")])
        if path == "connect/custom":
            return self._custom(json.loads(request.content))
        if path == "grants":
            email = request.url.params["email"].lower()
            found = [each for each in self.kept.values() if (each["email"] or "").lower() == email]
            return _data(found)
        return self._grant(request.method, path.removeprefix("grants/"))

    def _grant(self, method: str, grant_id: str) -> httpx.Response:
        for login, grant in self.kept.items():
            if grant["id"] == grant_id:
                if method == "DELETE":
                    self.deleted.append(grant_id)
                    del self.kept[login]
                return _data(grant)
        return httpx.Response(404, json={"error": {"type": "grant.not_found"}})

    def _custom(self, body: dict[str, Any]) -> httpx.Response:
        self.sent.append(body)
        settings = body["settings"]
        names = ("email", "imap_username", "username")
        login = next((settings[name] for name in names if name in settings), "")
        login = login or self.tokens[settings["refresh_token"]]
        if self.makes:
            self.connect(login, state=body["state"], provider=body["provider"])
        if self.broken:
            return self.broken()
        grant = self.kept[login.lower()]
        left_out = ("email", "state", "updated_at") if self.short else ()
        return _data({name: value for name, value in grant.items() if name not in left_out})


def _data(data: Any) -> httpx.Response:
    return httpx.Response(200, json={"request_id": "r", "data": data})


def breaks_off() -> httpx.Response:
    raise httpx.ReadError("connection reset")
