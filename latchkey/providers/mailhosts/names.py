"""One spelling for every host name, so that names can be compared at all."""

import idna


def ascii_name(text: str) -> str | None:
    """Give a host name or mail domain as lower-case ASCII without its final dot, or None.

    Unicode becomes punycode by UTS #46, which also folds full-width letters and the dots of other
    scripts (https://www.unicode.org/reports/tr46/). None stands for text that is no name by IDNA
    2008 (RFC 5891) and the letter-digit-hyphen rule (RFC 5890): at most 253 characters, 63 a label.
    """
    try:
        name = idna.encode(text, uts46=True, std3_rules=True).decode("ascii")
    except idna.IDNAError:
        return None
    return name.removesuffix(".")
