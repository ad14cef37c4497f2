"""Settings that do not go together, and those that are allowed but probably not meant."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from latchkey.infra.addresses import is_loopback
from latchkey.infra.settings.names import unknown_names
from latchkey.infra.settings.secrets import misplaced
from latchkey.infra.settings.sources import EnvFile, filled
from latchkey.infra.settings.variable import Variable

_OWN_KEYS = ("secret_key", "nylas_api_key")
# The app knows two of them, and who reads metrics the third.
_SHARED_KEYS = ("link_key", "result_webhook_secret", "metrics_token")


def doubts(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each thing that is allowed but probably not meant."""
    yield from values["file_doubts"]
    named = values["public_url"] or values["trusted_hosts"]
    if not is_loopback(values["host"]) and not named and not values["sandbox_lan"]:
        yield (
            f"HOST is {values['host']}, but PUBLIC_URL is not set: the page answers to this "
            "machine's own names only, and refuses all others. Set PUBLIC_URL."
        )
    if values["sandbox"] and values["public_url"].startswith("https://"):
        yield (
            "SANDBOX is true, so the page answers on this machine only, not at PUBLIC_URL, "
            "and connects no real mailbox. Set NYLAS_API_KEY in its place, or leave PUBLIC_URL out."
        )


def file_doubts(
    variables: Iterable[Variable], file: EnvFile, written: Mapping[str, str]
) -> Iterator[str]:
    """Yield a sentence for each name in ``.env`` that is probably meant to have an effect.

    :param written: values of ``file`` that no name of the environment replaces.
    """
    for name in file.commented:
        # A later line may have set it, or the environment.
        if written.get(name) == "":
            yield (
                f"{name} is empty in .env, as # behind a blank begins a comment: put the value "
                "into quotation marks."
            )
    yield from unknown_names(variables, filled(file.values))


def contradictions(values: Mapping[str, Any], providers: Iterable[str]) -> list[str]:
    """Return a sentence for each problem that no single value shows.

    :param values: by the setting's name in small letters; ``None`` has its own problem already.
    :param providers: those that people sign in to with an OAuth client of the company.
    """
    problems = _sandbox_contradictions(values)
    if values["metrics_port"] and values["metrics_port"] == values["port"]:
        problems.append("METRICS_PORT and PORT are the same: choose another port for metrics.")
    languages, usual = values["languages"], values["default_language"]
    if languages is not None and usual and usual not in languages:
        problems.append(
            f"DEFAULT_LANGUAGE is {usual}, which LANGUAGES does not have: set DEFAULT_LANGUAGE to "
            "one of them."
        )
    framed = values["embed_origins"] and values["sandbox"] is False
    if framed and not (values["public_url"] or "").startswith("https://"):
        problems.append("EMBED_ORIGINS needs PUBLIC_URL with https: cookies in frames need it.")
    problems += _client_contradictions(values, providers)
    problems += _link_contradictions(values)
    problems += _shared_secrets(values)
    if (values["result_webhook_url"] == "") != (values["result_webhook_secret"] == ""):
        problems.append("RESULT_WEBHOOK_URL and RESULT_WEBHOOK_SECRET belong together: set both.")
    return problems


def _sandbox_contradictions(values: Mapping[str, Any]) -> list[str]:
    has_key = values["nylas_api_key"] != ""
    problems = []
    if values["sandbox"] and has_key:
        problems.append(
            "NYLAS_API_KEY and SANDBOX=true are both set: keep one of them. To try the sandbox "
            "beside a .env: NYLAS_API_KEY= SANDBOX=true make run."
        )
    if values["sandbox"] and not values["sandbox_lan"] and not is_loopback(values["host"]):
        problems.append(
            "HOST must be 127.0.0.1 in the sandbox: it is for this machine only. To open it on a "
            "phone in your network, set SANDBOX_LAN=true instead."
        )
    if values["sandbox_lan"] and not values["sandbox"]:
        problems.append("SANDBOX_LAN is true, but SANDBOX is not: it opens the sandbox, no more.")
    if values["preview"] and not values["sandbox"]:
        problems.append("PREVIEW is true, but SANDBOX is not: the gallery is made by the sandbox.")
    if values["sandbox"] is False and not has_key:
        problems.append("NYLAS_API_KEY is missing (or set SANDBOX=true to try the page without).")
    if values["sandbox"] is False and values["secret_key"] == "":
        problems.append("SECRET_KEY is missing: make a random one, see .env.example.")
    return problems


def _link_contradictions(values: Mapping[str, Any]) -> list[str]:
    problems = []
    keys = values["link_key"] or values["link_key_fallbacks"]
    if values["link_required"] and not (keys or values["sandbox"]):
        problems.append("LINK_KEY is missing: LINK_REQUIRED=true lets in signed links only.")
    return problems


def _shared_secrets(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each key of the page alone that others get to know by its other use."""
    for own in _OWN_KEYS:
        ours = _with_fallbacks(values, own)
        for shared in _SHARED_KEYS:
            theirs = _with_fallbacks(values, shared)
            for key in ours.keys() & theirs.keys():
                names = f"{ours[key]} and {theirs[key]}"
                yield f"{names} have the same value: each needs one of its own."


def _with_fallbacks(values: Mapping[str, Any], purpose: str) -> dict[str, str]:
    """The keys of a purpose, and under which name each was given."""
    fallbacks = f"{purpose}_fallbacks"
    named = {key: fallbacks.upper() for key in values.get(fallbacks) or ()}
    return named | ({values[purpose]: purpose.upper()} if values[purpose] else {})


def _client_contradictions(values: Mapping[str, Any], providers: Iterable[str]) -> list[str]:
    problems = []
    for name in (provider.upper() for provider in providers):
        client_id, secret = (values[f"{name}_client_{part}".lower()] for part in ("id", "secret"))
        if (client_id == "") != (secret == ""):
            problems.append(f"{name}_CLIENT_ID and {name}_CLIENT_SECRET belong together: set both.")
        elif client_id and values["public_url"] == "" and not is_loopback(values["host"]):
            problems.append(f"PUBLIC_URL is missing: {name.capitalize()} sends people back there.")
        if client_id and secret and (wrong := misplaced(name.lower(), client_id, secret)):
            problems.append(wrong)
    return problems
