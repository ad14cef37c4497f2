"""Hypothesis strategies: answers of servers that follow no document."""

import json
from typing import Any

import httpx
from hypothesis import strategies as st

_NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -1, 2**63, 1e308])
# With lone surrogates, which JSON can spell and UTF-8 cannot.
_TEXTS = st.text(max_size=40) | st.sampled_from(
    ["\ud800", "x" * 70_000, "\0", "\u202e", "imap", "google"]
)
_LEAVES = st.none() | st.booleans() | _NUMBERS | _TEXTS

ANY = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)
_BROKEN = st.sampled_from(
    [
        b"", b"{", b"[" * 30_000, b'{"data":' * 9_000, b"\xff\xfe", b"\x00", b"<html>",
        b'{"data": NaN}', b'{"data": ' + b"9" * 5000 + b"}",
    ]
)  # fmt: skip
_STATUSES = st.sampled_from(
    [200, 201, 204, 206, 301, 400, 401, 403, 404, 409, 422, 429, 500, 503, 504]
)
_LATIN = st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")
_ODD_HEADERS = ["-1", "9" * 400, "1e9", "Thu, 01 Jan 1970 00:00:00 GMT", "application/json"]
_HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "Content-Type", "X-Request-Id", "Date", "Location", "Link"]),
    st.text(_LATIN, max_size=30) | st.sampled_from(_ODD_HEADERS),
    max_size=3,
)


@st.composite
def changed(draw: st.DrawFn, usual: Any) -> Any:
    """Return ``usual`` with anything in the place of one of its parts, at any depth."""
    if isinstance(usual, dict) and usual and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(usual)))
        return {**usual, name: draw(changed(usual[name]))}
    if isinstance(usual, list) and usual and draw(st.booleans()):
        return [draw(changed(usual[0])), *usual[1:]]
    return draw(ANY)


@st.composite
def answers(draw: st.DrawFn, usual: Any) -> httpx.Response:
    """Return an answer that is like ``usual`` in some way, or not at all."""
    body = draw(changed(usual).map(lambda value: json.dumps(value).encode()) | _BROKEN)
    headers = [(name.encode(), text.encode("latin-1")) for name, text in draw(_HEADERS).items()]
    return httpx.Response(draw(_STATUSES), content=body, headers=headers)
