"""Whose account signed in: which claims of each provider prove an address, and which only name one.

A claim proves an address when the account's owner cannot write another person's there. Sources:
OpenID Connect Core, 5.1 (``email_verified``) and 5.3.2 (``sub`` of userinfo); Google, "OpenID
Connect" (``sub``, ``email_verified``); Microsoft identity platform, "ID token claims reference" and
"Optional claims" (``oid``, ``tid``, ``preferred_username``, ``xms_edov``): there, ``email`` and
Graph's ``mail`` can be set by the administrator of any tenant, for any address.
"""

from collections.abc import Iterable

from latchkey.providers.model import Account, Claims

# xms_edov comes as a boolean, a number or a text.
_TRUE = (True, 1, "1", "true", "True")


def verified_email(claims: Claims, userinfo: Claims) -> Account:
    """Read ``email`` where ``email_verified`` is true, of a known ``sub``."""
    for found in (claims, _of_same_subject(userinfo, claims)):
        verified = _text(found, "sub") and found.get("email_verified") is True
        if verified and (proven := _addresses(found, "email")):
            return Account(proven=proven)
    return Account()


def microsoft(claims: Claims, userinfo: Claims) -> Account:
    """Read the user principal name, and ``email`` of a verified domain; the rest is only claimed.

    The domain of a user principal name has to be verified by its tenant.
    """
    proven: tuple[str, ...] = ()
    if _text(claims, "oid") and _text(claims, "tid"):
        proven = _addresses(claims, "preferred_username", "upn")
        if claims.get("xms_edov") in _TRUE:
            proven += _addresses(claims, "email")
        if userinfo.get("id") == claims["oid"]:
            proven += _addresses(userinfo, "userPrincipalName")
    names = ("preferred_username", "upn", "email")
    graph = (*_addresses(userinfo, "mail", "userPrincipalName"), *_proxies(userinfo))
    return Account(proven=_once(proven), claimed=_once((*_addresses(claims, *names), *graph)))


def claimed_email(claims: Claims, userinfo: Claims) -> Account:
    """Read ``email`` of userinfo, which proves nothing."""
    return Account(claimed=_addresses(userinfo, "email"))


def _of_same_subject(userinfo: Claims, claims: Claims) -> Claims:
    """Userinfo, unless the ID token is about another subject."""
    return userinfo if claims.get("sub", userinfo.get("sub")) == userinfo.get("sub") else {}


def _proxies(userinfo: Claims) -> tuple[str, ...]:
    listed = userinfo.get("proxyAddresses")
    texts = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    return tuple(text[5:].lower() for text in texts if text.lower().startswith("smtp:"))


def _addresses(found: Claims, *names: str) -> tuple[str, ...]:
    return tuple(text.lower() for name in names if "@" in (text := _text(found, name)))


def _text(found: Claims, name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _once(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))
