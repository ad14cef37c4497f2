"""Addresses as pages show them: a domain that may look like another is shown in ASCII, too."""

from latchkey.providers.email_address import ascii_address


def shown_address(address: str) -> str:
    """Return ``address``, followed by its domain in punycode unless that is ASCII anyway.

    Letters of other alphabets look like Latin ones (UTS #39, 4): only punycode tells them apart.
    """
    domain = address.rpartition("@")[2]
    if domain.isascii():
        return address
    in_ascii = ascii_address(f"a@{domain}").rpartition("@")[2]
    return f"{address} ({in_ascii})" if in_ascii else address
