"""The rule for e-mail addresses: how they are written, and how Nylas gets them."""

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

MAX_EMAIL = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets


def check_email(text: str) -> ValidatedEmail:
    """Return the parts of an address; no mail server is asked whether it exists.

    :raises EmailNotValidError: it is not written like one.
    """
    # "test_environment" only lets the reserved top-level domain .test pass (RFC 6761).
    return validate_email(text, check_deliverability=False, test_environment=True)


def ascii_address(text: str) -> str:
    """Return an address as Nylas gets it, "" when Nylas could not use it."""
    try:
        return check_email(text).ascii_email or ""
    except EmailNotValidError:
        return ""
