"""Addresses that are put together without ``url_for`` are those of the routes."""

from flask import url_for

from app import create_app
from latchkey.web.brand_in_force import brand_url, current_brand
from latchkey.web.language import languages_page
from tests.conftest import make_settings

APP = create_app(make_settings())


def test_a_file_of_the_brand_is_at_its_route() -> None:
    with APP.test_request_context("/", base_url="http://localhost/below"):
        version = current_brand().versions["css"]
        assert brand_url("css") == url_for("brand.stylesheet", v=version)
        assert brand_url("css").startswith("/below/brand.css?v=")


def test_the_list_of_languages_is_at_its_route_and_leads_back() -> None:
    asked = "/connect/imap?s=abcdefgh&login_hint=a@b.example&more=1"
    with APP.test_request_context(asked, base_url="http://localhost/below"):
        assert languages_page() == url_for("languages.show", to="/connect/imap", s="abcdefgh")
    with APP.test_request_context("/oauth/google/callback?code=1&state=2"):
        assert languages_page() == url_for("languages.show") == "/languages"
