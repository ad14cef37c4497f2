"""``flask explain``: the story of one sign-in, found in the log by any of its ids."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from latchkey.infra.json_object import json_object
from latchkey.operator.events import sentence

_IDS = ("request_id", "visit", "mailbox", "nylas_request_id")
# Pages ask for these by themselves.
_UNIMPORTANT = ("/static/", "/brand", "/favicon.ico", "/healthz", "/readyz", "/metrics")


Line = Mapping[str, Any]


def read_log(log: Iterable[str]) -> list[Line]:
    """Return the lines of a log that are JSON objects."""
    return [line for text in log if (line := _read(text))]


def explain(code: str, lines: Sequence[Line]) -> Iterator[str]:
    """Tell in words what the log knows about ``code``.

    :param code: a support code of a page, an id of Nylas's, a visit, or a mailbox as ``flask who``
        prints it; as people write down what they were read, with blanks and in capital letters.
    :param lines: of ``read_log``.
    """
    bare = "".join(code.split())
    codes = {bare, bare.lower()}
    named = [line for line in lines if not codes.isdisjoint(map(line.get, _IDS))]
    visits = _values("visit", named)
    of_visits = (line for line in lines if line.get("visit") in visits)
    requests = _values("request_id", (*named, *of_visits))
    story = [
        line
        for line in lines
        if (line.get("request_id") in requests or line.get("visit") in visits)
        and not str(line.get("route")).startswith(_UNIMPORTANT)
    ]
    for line in sorted(story, key=lambda line: str(line.get("time", ""))):
        loud = {"error": "!! ", "warning": "! "}.get(str(line.get("level")), "")
        yield f"{str(line.get('time', ''))[:19].replace('T', ' ')}  {loud}{sentence(line)}"


def _values(name: str, lines: Iterable[Line]) -> set[str]:
    return {str(line[name]) for line in lines if line.get(name)}


def _read(text: str) -> Line | None:
    # Container platforms put a prefix of their own before each line.
    return json_object(text[text.find("{") :]) if "{" in text else None
