import re
from datetime import UTC, datetime

import pytest

from app import create_app
from config import ROOT, ConfigError
from tests.conftest import KEY, make_settings

PNG = b"\x89PNG\r\n"


def test_search_engines_are_kept_away() -> None:
    answer = create_app(make_settings()).test_client().get("/robots.txt")
    assert answer.status_code == 200
    assert answer.text == "User-agent: *\nDisallow: /\n"
    assert answer.mimetype == "text/plain"


def test_the_icons_of_every_site_are_answered() -> None:
    client = create_app(make_settings()).test_client()
    icon = client.get("/favicon.ico", follow_redirects=True)
    assert (icon.status_code, icon.mimetype) == (200, "image/svg+xml")
    icon.close()
    for name in ("/apple-touch-icon.png", "/apple-touch-icon-precomposed.png"):
        touch = client.get(name)
        assert (touch.status_code, touch.mimetype) == (200, "image/png")
        assert touch.data.startswith(PNG)


def test_the_companys_logo_is_its_icon() -> None:
    picture = ROOT / "static" / "icons" / "touch.png"
    png = create_app(make_settings(BRAND_LOGO=str(picture))).test_client()
    assert png.get("/favicon.ico").location == "/brand/logo"
    assert png.get("/apple-touch-icon.png").location == "/brand/logo"
    drawn = ROOT / "static" / "icons" / "google.svg"
    svg = create_app(make_settings(BRAND_LOGO=str(drawn))).test_client()
    assert svg.get("/favicon.ico").location == "/brand/logo"
    assert svg.get("/apple-touch-icon.png").data.startswith(PNG)


def test_without_a_contact_there_is_no_security_txt() -> None:
    assert (
        create_app(make_settings()).test_client().get("/.well-known/security.txt").status_code
        == 404
    )


def test_security_txt_names_contact_policy_and_a_day_to_come() -> None:
    page = create_app(
        make_settings(
            SECURITY_CONTACT="mailto:security@example.com",
            SECURITY_POLICY="https://example.com/security",
        )
    )
    answer = page.test_client().get("/.well-known/security.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert "Contact: mailto:security@example.com\n" in answer.text
    assert "Policy: https://example.com/security\n" in answer.text
    found = re.search(r"^Expires: (\S+)$", answer.text, re.M)
    assert found
    assert datetime.now(UTC) < datetime.fromisoformat(found[1])


@pytest.mark.parametrize(
    "contact",
    ["security@example.com", "mailto:", "http://example.com/", "tel:+1", "mailto:a@b\nX: y"],
)
def test_a_contact_that_researchers_cannot_use_is_refused(contact: str) -> None:
    with pytest.raises(ConfigError, match="SECURITY_CONTACT"):
        make_settings(SECURITY_CONTACT=contact)


def test_security_txt_names_its_own_address_where_the_page_has_a_public_one() -> None:
    settings = make_settings(
        NYLAS_API_KEY=KEY, SECURITY_CONTACT="https://example.com/security",
        PUBLIC_URL="https://connect.example.com",
    )  # fmt: skip
    answer = (
        create_app(settings)
        .test_client()
        .get("/.well-known/security.txt", base_url="https://connect.example.com")
    )
    first, expires, *others = answer.text.splitlines()
    assert first == "Contact: https://example.com/security"
    assert expires.startswith("Expires: ")
    assert others == ["Canonical: https://connect.example.com/.well-known/security.txt"]
