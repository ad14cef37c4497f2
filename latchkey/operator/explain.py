"""``flask explain``: the story of one sign-in, found in the log by any of its ids."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from latchkey.infra.json_object import json_object
from latchkey.operator.events import sentence

_IDS = ("request_id", "visit", "mailbox", "nylas_request_id")
# Pages ask for these by themselves.
_UNIMPORTANT = ("/static/", "/brand", "/favicon.ico", "/healthz", "/readyz", "/metrics")


def explain(code: str, log: Iterable[str]) -> Iterator[str]:
    """Tell in words what the log knows about ``code``.

    :param code: a support code of a page, an id of Nylas's, a visit, or a mailbox as ``flask who``
        prints it.
    :param log: lines of the log; those that are no JSON objects are left out.
    """
    lines = [line for text in log if (line := _read(text))]
    visits = _values("visit", (line for line in lines if code in map(line.get, _IDS)))
    requests = _values(
        "request_id",
        (line for line in lines if code in map(line.get, _IDS) or line.get("visit") in visits),
    )
    story = [
        line
        for line in lines
        if (line.get("request_id") in requests or line.get("visit") in visits)
        and not str(line.get("route")).startswith(_UNIMPORTANT)
    ]
    for line in sorted(story, key=lambda line: str(line.get("time", ""))):
        loud = {"error": "!! ", "warning": "! "}.get(str(line.get("level")), "")
        yield f"{str(line.get('time', ''))[:19].replace('T', ' ')}  {loud}{sentence(line)}"


def _values(name: str, lines: Iterable[Mapping[str, Any]]) -> set[str]:
    return {str(line[name]) for line in lines if line.get(name)}


def _read(text: str) -> Mapping[str, Any] | None:
    # Container platforms put a prefix of their own before each line.
    return json_object(text[text.find("{") :]) if "{" in text else None
