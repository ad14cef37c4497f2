"""The host names that the page answers to."""

import logging
from collections.abc import Callable, Collection
from http import HTTPStatus

from flask import abort, request
from werkzeug.exceptions import BadRequest
from werkzeug.sansio.utils import host_is_trusted

from config import Settings
from latchkey.infra import logs
from latchkey.infra.addresses import is_loopback
from latchkey.infra.unproxied import unproxied
from latchkey.web.lan import is_private_address


class UnknownHost(BadRequest):
    """The page was asked for under a host name that no setting names."""


def host_guard(settings: Settings, any_host: Collection[str]) -> Callable[[], None]:
    """Make the rule, which leaves out the endpoints ``any_host``."""
    names = _names(settings)
    for_this_machine = settings.sandbox and not settings.sandbox_lan

    def refuse_foreign_hosts() -> None:
        asked = unproxied(request)
        if asked.endpoint in any_host:
            return
        host = asked.host.lower()
        # In its list, "host_is_trusted" takes the first colon of [::1] for that before a port.
        bracketed = "[::1]" in names and host.partition("]")[0] == "[::1"
        in_lan = settings.sandbox_lan and is_private_address(host)
        if not (host_is_trusted(host, names) or bracketed or in_lan):
            setting = "TRUSTED_HOSTS" if settings.public_url else "PUBLIC_URL"
            seen = host[:100] or "none that can be read"
            logs.event(
                "unknown_host",
                level=logging.WARNING,
                detail=f"{seen} is not in {setting}",
            )
            raise UnknownHost
        # The sandbox's "Nylas" is for this machine alone, whatever the server was bound to.
        if for_this_machine and not is_loopback(asked.remote_addr or ""):
            abort(HTTPStatus.FORBIDDEN)

    return refuse_foreign_hosts


def _names(settings: Settings) -> tuple[str, ...]:
    """Those of this machine only where people open the page at it, without https."""
    if settings.sandbox or not settings.public_url.startswith("https://"):
        return settings.answers_to
    named = {name.lower() for name in settings.trusted_hosts}
    return tuple(
        name for name in settings.answers_to if name in named or not is_loopback(name.strip("."))
    )
