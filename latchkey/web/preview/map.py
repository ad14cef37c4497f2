"""The map of a sign-in, made from what the states have in common: which one leads to which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from latchkey.web.preview.states import State


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A state, and those that come next."""

    state: State
    next: tuple["Stop", ...]


def journey(states: Iterable[State]) -> tuple[Stop, ...]:
    """Return the states that people begin with, each with all that follow."""
    states = tuple(states)
    begun = [state for state in states if not _before(state, states)]
    return tuple(_stop(state, states) for state in begun)


def _stop(state: State, states: tuple[State, ...]) -> Stop:
    following = (each for each in states if _before(each, states) == state)
    return Stop(state=state, next=tuple(_stop(each, states) for each in following))


def _before(state: State, states: tuple[State, ...]) -> State | None:
    """The state whose page has the form that leads to this one."""
    if not state.forms:
        return None
    wanted = (state.path, tuple(_kind(form) for form in state.forms[:-1]))
    for each in states:
        if (each.path, tuple(_kind(form) for form in each.forms)) == wanted:
            return each
    return None


def _kind(form: Mapping[str, str]) -> dict[str, str]:
    """What is typed; of addresses the domain, which decides on the next page."""
    return {name: text.rpartition("@")[2] for name, text in form.items()}
