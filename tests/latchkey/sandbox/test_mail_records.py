"""The sandbox's company domains show what a provider known by MX looks like."""

import pytest

from config import ROOT
from latchkey.sandbox import COMPANIES
from tests.pages import Visitor


def test_every_company_domain_is_documented() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [domain for domain in COMPANIES if f"`{domain}`" not in readme] == []


@pytest.mark.parametrize(
    ("domain", "shown"),
    [
        ("fastmail", "Fastmail needs an app password here."),
        ("icloud", "sign in with your Apple address"),
        ("zoho", "your administrator may have switched this off"),
        ("proton", "goes to Proton Mail, which has no way for other apps to sign in"),
        ("forwarding", "goes through Cloudflare Email Routing, which forwards it"),
    ],
)
def test_a_company_domain_shows_what_is_known_of_its_provider(
    visitor: Visitor, domain: str, shown: str
) -> None:
    assert shown in visitor.enter(f"someone@{domain}.company.example").text
