"""Public suffixes: names below which each name has its own owner (publicsuffix.org, both parts)."""

from functools import cache

from publicsuffixlist import PublicSuffixList


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def is_public_suffix(name: str) -> bool:
    """Tell whether names below ``name`` belong to different owners: co.uk, duckdns.org."""
    return bool(_suffixes().is_public(name))


def is_ending(text: str) -> bool:
    """Tell whether there are domains that end in ``text``: com and co.uk, but not con."""
    return _suffixes().publicsuffix(f"name.{text}", accept_unknown=False) == text


def registrable_domain(name: str) -> str:
    """Return the part of ``name`` that has one owner, "" when it has none."""
    return str(_suffixes().privatesuffix(name) or "")
