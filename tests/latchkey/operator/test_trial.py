import httpx
import pytest

from app import create_app
from tests.conftest import KEY, make_settings

PAGE = create_app(make_settings())


def tried(email: str) -> str:
    result = PAGE.test_cli_runner().invoke(args=["try", email])
    assert result.exit_code == 0, result.output
    return str(result.output)


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("someone@example.com", ("Detected: imap (Nylas", "Next page: /connect/imap")),
        ("someone@gmail.com", ("Table of mail providers: Google Mail", "Next page: /oauth/google")),
        ("Ana <ana@bücher.example>", ("ana@xn--bcher-kva.example",)),
        ("someone@unknown.example.com", ("Detected: nothing", "/providers (shown first: imap)")),
        ("someone@zoho.company.example", ("MX records: mail goes to Zoho Mail - Europe",)),
        ("someone@proton.me", ("Proton Mail has no way",)),
    ],
)
def test_it_tells_why_an_address_leads_where_it_does(email: str, words: tuple[str, ...]) -> None:
    output = tried(email)
    assert all(part in output for part in words), output


@pytest.mark.parametrize("email", ["", "someone", "a@b@", "x y@"])
def test_what_is_no_address_is_an_error(email: str) -> None:
    result = PAGE.test_cli_runner().invoke(args=["try", email])
    assert result.exit_code == 2
    assert "is no address" in result.output


def test_a_refused_key_is_an_error_in_words() -> None:
    refuse = httpx.MockTransport(lambda _: httpx.Response(401))
    page = create_app(make_settings(NYLAS_API_KEY=KEY), transport=refuse)
    result = page.test_cli_runner().invoke(args=["try", "someone@example.com"])
    assert result.exit_code == 1
    assert "see flask doctor" in result.output


def test_connectors_that_nylas_did_not_tell_are_no_fact() -> None:
    silent = httpx.MockTransport(lambda _: httpx.Response(503))
    page = create_app(make_settings(NYLAS_API_KEY=KEY), transport=silent)
    result = page.test_cli_runner().invoke(args=["try", "someone@gmx.de"])
    assert "Connectors at Nylas: Nylas does not tell; meanwhile, ews icloud imap\n" in result.output
    assert "Next page: /connect/imap" in result.output
    assert "does not tell" not in tried("someone@gmx.de")
