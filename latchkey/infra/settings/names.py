"""Names of settings that were probably meant for one of ours, but are spelt otherwise.

A setting that is misspelt would be ignored in silence: with ``NYLAS_APIKEY`` there is no key, with
``BRAND_COLOUR`` the usual colour. Names in ``.env`` are all meant for this program or for the tools
around it; the environment holds many names of others, so there only a slip of the pen counts.
"""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from latchkey.infra.settings.variable import Variable

# Below this many letters and digits, another program's name is as likely as a slip.
_SHORTEST = 6
_MOST_SLIPS = 2
# From this on (difflib's ratio), a name is worth mentioning.
_SIMILAR = 0.7
# Names that other programs and services have for these settings.
_ELSEWHERE = {
    "ALLOWED_HOSTS": "TRUSTED_HOSTS",
    "AZURE_CLIENT_ID": "MICROSOFT_CLIENT_ID",
    "AZURE_CLIENT_SECRET": "MICROSOFT_CLIENT_SECRET",
    "AZURE_TENANT_ID": "MICROSOFT_TENANT",
    "BASE_URL": "PUBLIC_URL",
    "NYLAS_REGION": "NYLAS_API_URI",
    "REDIRECT_URI": "RETURN_URIS",
    "REDIRECT_URIS": "RETURN_URIS",
    "REDIS_HOST": "REDIS_URL",
    "WORKERS": "WEB_CONCURRENCY",
}
# Names of the tools around the page: compose reads the same ``.env``, and people keep these there.
_OF_TOOLS = re.compile(
    r"(BUILDKIT|BUILDX|COMPOSE|DOCKER|FLASK|GEVENT|GUNICORN|LC|LD|MALLOC|OTEL|PIP|PROMETHEUS|PYTHON"
    r"|SSL|WERKZEUG|XDG)_\w+|PYTHON[A-Z]+|(ALL|FTP|HTTPS?|NO)_PROXY"
    r"|FORCE_COLOR|HOME|HOSTNAME|LANG|NO_COLOR|OPENSSL_CONF|PATH|TERM|TMPDIR|TZ|USER",
    re.IGNORECASE,
)
# Not what may be the second line of a secret, like Q2hhbmdl=.
_NAME = re.compile(r"[A-Z0-9_]{2,50}|[a-z0-9_]{2,50}")


def misspelt(
    variables: Iterable[Variable], in_file: Iterable[str], in_environment: Iterable[str]
) -> Iterator[str]:
    """Yield a sentence for each name that is none of ``variables`` but looks like one."""
    known = _known(variables)
    file = [name for name in in_file if name not in known]
    others = [name for name in in_environment if name not in known and name not in file]
    for name in [*file, *others]:
        base = name.removesuffix("_FILE")
        if base != name and "_" in base and base in known:
            yield f"{name} is no setting: only secrets come from a file. Set {base} itself."
        elif meant := _meant(name, known, strict=name in others):
            yield f"{name} is no setting: did you mean {meant}?"


def unknown_names(variables: Iterable[Variable], in_file: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each name that has no effect, and is none of a tool around the page."""
    known = _known(variables)
    for name in in_file:
        if name in known or _OF_TOOLS.fullmatch(name) or not _NAME.fullmatch(name):
            continue
        near = get_close_matches(name.upper(), known, n=1, cutoff=_SIMILAR)
        similar = _ELSEWHERE.get(name.upper()) or "".join(near)
        hint = f": did you mean {similar}?" if similar else "."
        yield f"{name} in .env has no effect, as it is no setting{hint}"


def _known(variables: Iterable[Variable]) -> dict[str, Variable]:
    """Each name that is read, and its setting."""
    known = {variable.name: variable for variable in variables}
    return known | {f"{name}_FILE": each for name, each in known.items() if each.secret}


def _meant(name: str, known: Iterable[str], *, strict: bool) -> str:
    """The name that ``name`` is probably a misspelling of, or ""."""
    near, slips = min(
        ((other, _slips(_letters(name), _letters(other))) for other in known),
        key=lambda pair: pair[1],
    )
    if slips <= _allowed(name, near):
        # One word alone, like LANGUAGE, is more likely the environment's own.
        own = strict and "_" not in (name if slips else near)
        return "" if own else near
    return "" if strict else _differs_by_a_word(name, known)


def _letters(name: str) -> str:
    return "".join(char for char in name.upper() if char.isalnum())


def _allowed(name: str, other: str) -> int:
    letters, others = _letters(name), _letters(other)
    if len(others) < _SHORTEST:
        return 0
    # REDIS_URL_2 is a name of its own.
    if letters != others and letters.rstrip("0123456789") == others.rstrip("0123456789"):
        return -1
    return min(_MOST_SLIPS, len(others) // 4)


def _differs_by_a_word(name: str, known: Iterable[str]) -> str:
    """The name with one word more or less, like NYLAS_API_KEY for NYLAS_KEY, or ""."""
    words = name.upper().split("_")
    for other in known:
        others = other.split("_")
        shorter, longer = sorted((words, others), key=len)
        without_one = (longer[:at] + longer[at + 1 :] for at in range(len(longer)))
        if len(shorter) > 1 and shorter in without_one:
            return other
    return ""


def _slips(left: str, right: str) -> int:
    """Letters to add, drop, change or swap with the next (Damerau and Levenshtein)."""
    if abs(len(left) - len(right)) > _MOST_SLIPS:
        return _MOST_SLIPS + 1
    before: list[int] = []
    above = list(range(len(right) + 1))
    for row, char in enumerate(left, 1):
        line = [row]
        for column, other in enumerate(right, 1):
            best = min(above[column] + 1, line[-1] + 1, above[column - 1] + (char != other))
            if row > 1 and column > 1 and (char, left[row - 2]) == (right[column - 2], other):
                best = min(best, before[column - 2] + 1)
            line.append(best)
        before, above = above, line
    return above[-1]
