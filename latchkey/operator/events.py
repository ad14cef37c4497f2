"""All events of the log: what each means, in words, and the fields it carries.

``docs/operations.md`` has the same list, and a test compares both with the code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# What is left around a field of a story that the line does not have.
_LEFT = re.compile(r"\s+Nylas's id: \.|:?\s+(?=[.)](\s|$))|(?<=\s)\s+|\s+$")

ALWAYS = ("time", "level", "event", "request_id", "trace_id", "visit", "mailbox")


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event of the log.

    :ivar meaning: when it is logged.
    :ivar levels: the levels it can have.
    :ivar fields: names of its fields, besides those that every line has.
    :ivar story: what ``flask explain`` says; ``{name}`` is replaced by a field.
    :ivar without: what the story says in place of a field that the line does not have.
    """

    meaning: str
    levels: tuple[str, ...]
    fields: tuple[str, ...]
    story: str
    without: str = ""


EVENTS = {
    "request": Event(
        meaning="A request was answered.",
        levels=("info",),
        fields=("method", "route", "status", "duration_ms"),
        story="{method} {route} was answered with {status} after {duration_ms} ms.",
    ),
    "detection": Event(
        meaning="The provider of an address was looked for; `outcome` is the source.",
        levels=("info",),
        fields=("provider", "outcome"),
        story="The address's provider: {provider} (source: {outcome}).",
        without="none",
    ),
    "grant": Event(
        meaning="A try to connect a mailbox ended; `outcome` is `connected` or the reason.",
        levels=("info", "warning", "error"),
        fields=("provider", "outcome", "detail", "nylas_request_id"),
        story="Connecting {provider} ended with: {outcome}. {detail} Nylas's id: "
        "{nylas_request_id}.",
    ),
    "nylas": Event(
        meaning="Nylas gave no answer that could be used, outside of a try to connect.",
        levels=("info", "warning", "error"),
        fields=("outcome", "detail", "nylas_request_id"),
        story="Nylas: {outcome} {detail}. Nylas's id: {nylas_request_id}.",
    ),
    "handoff": Event(
        meaning="An app or a signed link led here in a way that is not accepted.",
        levels=("info",),
        fields=("outcome", "detail"),
        story="The way here was not accepted: {outcome}. {detail}",
    ),
    "start_again": Event(
        meaning="A form came back too late or without its cookie; the person started again.",
        levels=("info",),
        fields=("error", "detail"),
        story="The page could not go on with this form ({error}: {detail}) and began again.",
    ),
    "unknown_host": Event(
        meaning="The page was asked for under a host name that no setting names.",
        levels=("warning",),
        fields=("detail",),
        story="The page was asked for under another host name: {detail}.",
    ),
    "unknown_brand": Event(
        meaning="A signed link names a brand that this deployment does not have.",
        levels=("warning",),
        fields=("detail",),
        story="The link named a brand that there is none of: {detail}.",
    ),
    "brand_import": Event(
        meaning="Nylas does not tell the look of its application, or has a value that cannot be "
        "used.",
        levels=("warning",),
        fields=("detail",),
        story="The brand from Nylas: {detail}.",
    ),
    "token": Event(
        meaning="An app exchanged a code, or was refused.",
        levels=("info",),
        fields=("provider", "outcome", "detail"),
        story="The app asked for a token: {outcome}. {detail}",
    ),
    "webhook": Event(
        meaning="A result webhook was delivered, is delayed, or was given up.",
        levels=("info", "warning"),
        fields=("provider", "outcome", "detail"),
        story="Result webhook: {outcome}. {detail}",
    ),
    "outbox": Event(
        meaning="Too many result webhooks wait in this process; the oldest was dropped.",
        levels=("warning",),
        fields=("outcome", "detail"),
        story="A result webhook was {outcome}: {detail}.",
    ),
    "limit": Event(
        meaning="A limit was reached; `outcome` names it, `detail` says for how long.",
        levels=("warning",),
        fields=("outcome", "detail"),
        story="A limit was reached: {outcome}. {detail}",
    ),
    "limits": Event(
        meaning="The page started with `LIMITS=off`.",
        levels=("warning",),
        fields=("outcome", "detail"),
        story="Limits are {outcome}. {detail}",
    ),
    "nothing_offered": Event(
        meaning="No provider can be offered: `flask doctor` says what is missing.",
        levels=("error",),
        fields=(),
        story="No provider could be offered; flask doctor says what is missing.",
    ),
    "redis": Event(
        meaning="Redis was `lost` or `found` again, or holds what this page did not put there.",
        levels=("error", "warning", "info"),
        fields=("outcome", "error", "detail"),
        story="Redis: {outcome}. {error} {detail}",
    ),
    "unexpected_error": Event(
        meaning="The program itself failed: the kind of error and the lines.",
        levels=("error",),
        fields=("error", "where"),
        story="The program failed with {error} at {where}.",
    ),
}


def sentence(line: Mapping[str, object]) -> str:
    """Return what a line of the log says, as a sentence."""
    event = EVENTS.get(str(line.get("event")))
    if event is None:
        return f"{line.get('event')}."
    given = {name: line.get(name) for name in event.fields}
    values = {
        name: event.without if value in (None, "") else value for name, value in given.items()
    }
    return _LEFT.sub("", event.story.format_map(values))
