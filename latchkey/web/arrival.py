"""How a request of the doctor's arrived here: what the proxies in front made of it.

``flask doctor`` asks ``/healthz`` through ``PUBLIC_URL`` with a proof that it knows ``SECRET_KEY``,
and with a false address of its own. Only whoever has the proof learns what arrived.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import request

from latchkey.infra.sealing import SealBroken, Sealer

# An address reserved for documentation (RFC 5737): the page must not take it for the client's.
CLAIMED = "192.0.2.77"

_PROOF = "X-Latchkey-Doctor"
_PROOF_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """How a request arrived.

    :ivar scheme: "http" or "https", as the page takes it.
    :ivar host: host name and port, as the page takes them.
    :ivar proxies: how many addresses ``X-Forwarded-For`` names besides the false one.
    :ivar deceived: the page takes the false address for the client's.
    """

    scheme: str
    host: str
    proxies: int
    deceived: bool


def ask_for_arrival(keys: Sequence[str]) -> dict[str, str]:
    """Return the headers of a request that asks how it arrived.

    :param keys: ``SECRET_KEY`` first, then its fallbacks.
    """
    return {_PROOF: _sealer(keys).seal("arrival"), "X-Forwarded-For": CLAIMED}


def arrival(keys: Sequence[str]) -> dict[str, Any]:
    """Return how the request being answered arrived, if it may know; else nothing."""
    try:
        _sealer(keys).open(request.headers[_PROOF], max_age=_PROOF_SECONDS)
    except (KeyError, SealBroken):
        return {}
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    found = Arrival(
        scheme=request.scheme,
        host=request.host,
        proxies=sum(part not in ("", CLAIMED) for part in seen),
        deceived=request.remote_addr == CLAIMED,
    )
    # Beside it, as the doctor of the version before takes no other fields.
    return {"arrival": asdict(found), "path": request.root_path}


def read_arrival(answer: Mapping[str, Any]) -> Arrival | None:
    """Return what ``arrival`` answered; None when it answered nothing."""
    told = answer.get("arrival")
    return Arrival(**told) if isinstance(told, dict) else None


def _sealer(keys: Sequence[str]) -> Sealer:
    return Sealer(keys, purpose="doctor")
