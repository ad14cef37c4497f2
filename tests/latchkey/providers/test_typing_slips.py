import pytest

from latchkey.providers.mailhosts import MailHosts
from latchkey.providers.typing_slips import _COMMON, likely_domain

HOSTS = MailHosts.load()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmal.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gmsil.com", "gmail.com"),
        ("gamil.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.cm", "gmail.com"),
        ("gmail.comm", "gmail.com"),
        ("company,example", ""),
        ("company,com", "company.com"),
        ("bücher-laden,co.uk", "bücher-laden.co.uk"),
        ("company,con", ""),
        ("gmail.com,work", ""),
        (",com", ""),
        ("company,", ""),
        ("gmail", "gmail.com"),
        ("gmailcom", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmail.co", "hotmail.com"),
        ("yahooo.com", "yahoo.com"),
        ("yaho.co.uk", "yahoo.co.uk"),
        ("outlok.com", "outlook.com"),
        ("icoud.com", "icloud.com"),
        ("t-onlin.de", "t-online.de"),
        ("laposte.nte", "laposte.net"),
        ("gmail.net", "gmail.com"),
        ("icloud.org", "icloud.com"),
        ("aol.con", "aol.com"),
        ("me.con", "me.com"),
        ("gmx.dee", "gmx.de"),
        ("web.d", "web.de"),
        ("163.ccom", "163.com"),
        ("protonmial.com", "protonmail.com"),
        ("gmail,com", "gmail.com"),
        ("gmail..com", "gmail.com"),
        ("yahoo.co,uk", "yahoo.co.uk"),
        ("mail.org", ""),
        ("me.co", ""),
        ("example.com", ""),
        ("gmail.de", ""),
        ("acme.com", ""),
        ("mee.com", ""),
        ("a.b", ""),
        ("", ""),
    ],
)
def test_a_likely_slip_is_recognised(typed: str, meant: str) -> None:
    assert likely_domain(typed) == meant


@pytest.mark.parametrize("domain", _COMMON)
def test_a_common_domain_is_in_the_table_and_never_a_slip(domain: str) -> None:
    assert HOSTS.find(domain) or HOSTS.unsupported(domain)
    assert likely_domain(domain) == ""
