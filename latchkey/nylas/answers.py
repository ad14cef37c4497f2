"""Reads Nylas's answers, the refusals in all the shapes that were seen."""

import json
import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from latchkey.infra.errors import BadAnswer
from latchkey.infra.http import Answer
from latchkey.infra.json_object import json_object
from latchkey.nylas.errors import Refusal, Refused

_LONGEST_WAIT = 3600  # seconds; a larger Retry-After is taken as this
_TYPE = re.compile("[A-Za-z0-9_.]{1,100}")


def read_json(answer: Answer) -> dict[str, Any]:
    """Return the answer's object; {} for an error without one, as gateways before Nylas send.

    :raises BadAnswer: a success without one.
    """
    if (content := json_object(answer.body)) is not None:
        return content
    if 200 <= answer.status < 300:
        raise BadAnswer(f"{answer.status} not JSON")
    return {}


def refused(answer: Answer) -> Refused:
    """Read the error envelope in all the shapes seen (nested, flat, OAuth, hosted auth)."""
    content = _read_loosely(answer.body)
    error = content.get("error")
    fields = error if isinstance(error, dict) else content
    inner = _provider_error(fields.get("provider_error"))
    texts = (fields.get("message"), error, content.get("error_description"), *inner.values())
    # What is free text instead of a type must not become one.
    kinds = (fields.get("type"), fields.get("code"), error)
    kind = next((text for text in kinds if isinstance(text, str) and _TYPE.fullmatch(text)), "")
    refusal = Refusal(
        status=answer.status,
        kind=kind.rpartition(".")[2],
        provider_error=str(inner.get("error") or inner.get("code") or ""),
        text=" ".join(text for text in texts if isinstance(text, str)).lower(),
        retry_after=retry_after(answer),
    )
    return Refused(refusal, request_id=_request_id(answer, content))


def _read_loosely(body: bytes) -> dict[str, Any]:
    """Return what a refusal says, {} without an object in it.

    It quotes mail servers and is not passed on, so a wrong byte or a NaN does not void the rest.
    """
    try:
        content = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _provider_error(given: Any) -> dict[str, Any]:
    """What the provider said: a text, an object, or an object with a whole error in it."""
    if not isinstance(given, dict):
        return {"message": given}
    nested = given.get("error")
    if not isinstance(nested, dict):
        return given
    return {name: value for name, value in given.items() if name != "error"} | nested


def retry_after(answer: Answer) -> int:
    """Return the seconds to wait of ``Retry-After`` (RFC 9110, 10.2.3), 0 without it."""
    text = answer.headers.get("retry-after", "").strip()
    if re.fullmatch("[0-9]+", text):
        # Ten digits are longer than the longest wait already.
        return min(int(text[:10]), _LONGEST_WAIT)
    try:
        left = parsedate_to_datetime(text).astimezone(UTC) - datetime.now(UTC)
    except (ValueError, OverflowError):
        return 0
    return max(0, min(math.ceil(left.total_seconds()), _LONGEST_WAIT))


def _request_id(answer: Answer, content: dict[str, Any]) -> str:
    """An opaque id for support; anything that does not look like one is dropped."""
    error = content.get("error")
    inner = error.get("request_id") if isinstance(error, dict) else ""
    found = content.get("request_id") or inner or answer.headers.get("x-request-id", "")
    return found if isinstance(found, str) and re.fullmatch("[A-Za-z0-9_-]{1,100}", found) else ""
