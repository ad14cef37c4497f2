"""Web addresses as settings and Nylas give them: which of them may be used, and for what."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_HOST_AND_PORT = re.compile(r"([a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_FINAL_DOT = re.compile(r"(?<=[^/.])\.+(?=(:[0-9]+)?$)")
_HTTPS = "must start with https:// (http:// is for this machine only)"


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` (a name or an IP literal, without port) is this machine only."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def origin(value: str) -> str:
    """Return ``value``, an address without path, and without a slash at its end.

    :raises ValueError: when it is none.
    """
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:  # brackets that do not match, ports that are no number
        good = False
    if not good or not parts.hostname or not _HOST_AND_PORT.fullmatch(parts.netloc):
        raise ValueError("must be an address like https://connect.example.com")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must end after the host name, with no path behind it")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(_HTTPS)
    return f"{parts.scheme}://{parts.netloc}"


def page_address(value: str) -> str:
    """Return ``value``, the address of this page: an origin, perhaps with a path.

    Without a dot at the end of the host name: browsers send none, unless a user types it.

    :raises ValueError: when it is none.
    """
    if re.search(r"[\s,;]+https?:", value):
        raise ValueError("must be one address; TRUSTED_HOSTS takes the names of others")
    if set(value) & set("?#"):
        raise ValueError("must have no ? or # in it")
    address = value.rstrip("/")
    path = urlsplit(address).path if "://" in address and "[" not in address else ""
    if not _PATH.fullmatch(path) or "/.." in path or "/./" in f"{path}/":
        raise ValueError("must have a path like /connect, of letters, digits, ., -, _ and ~")
    return _FINAL_DOT.sub("", origin(address.removesuffix(path))) + path


def is_same_origin(one: str, other: str) -> bool:
    """Tell whether two addresses have scheme, host and port in common (RFC 6454, 5)."""
    try:
        parts, others = urlsplit(one), urlsplit(other)
        return (parts.scheme, parts.hostname, parts.port) == (
            others.scheme, others.hostname, others.port
        )  # fmt: skip
    except ValueError:  # brackets that do not match, ports that are no number
        return False


def endpoint(value: str) -> str:
    """Return ``value``, the address of a service, path and query included.

    :raises ValueError: when it is none.
    """
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:  # brackets that do not match, ports that are no number
        good = False
    if not good or not parts.hostname or parts.fragment:
        raise ValueError("must be an address like https://login.example.com/path")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(_HTTPS)
    return value


def return_uri(value: str) -> str:
    """Return ``value``, an address that people may be sent back to with a code.

    https, http to this machine (RFC 8252, 7.3), or a scheme that is an app's own, made of its
    domain (RFC 8252, 7.1); without anything that two programs might read in two ways.

    :raises ValueError: when it is none.
    """
    try:
        parts = urlsplit(value)
        good = parts.port != 0 and re.fullmatch(r"[!-~]+", value) and not set(value) & set("\\#")
        (parts.hostname or "").encode("idna")
    except ValueError:  # brackets that do not match, ports that are no number, no name for a host
        good = False
    own = "." in parts.scheme if good else False
    if not good or not (own or (parts.scheme in ("http", "https") and parts.hostname)):
        raise ValueError("must be addresses like https://app.example.com/callback")
    if "*" in parts.netloc:
        raise ValueError("must name each host in full, without asterisks")
    if re.search(r";https?:", value, re.IGNORECASE):
        raise ValueError("must be separated by commas")
    if "@" in parts.netloc:
        raise ValueError("must not name a user before the host")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError(_HTTPS)
    return value
