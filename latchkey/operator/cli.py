"""Commands for the operator, as ``flask doctor``, ``try``, ``explain``, ``who`` and ``link``."""

import json
import re
import sys
from collections.abc import Iterable
from urllib.parse import urlsplit

import click
from flask import Flask

from latchkey.apps.link_claims import LONGEST_SECONDS, MOST_STATE
from latchkey.apps.parameters import THEMES
from latchkey.infra.errors import UpstreamError
from latchkey.infra.languages import best_language
from latchkey.infra.version import version
from latchkey.operator.doctor import Finding, diagnose, exit_code
from latchkey.operator.explain import explain, read_log
from latchkey.operator.trial import walk
from latchkey.providers import PROVIDERS
from latchkey.providers.email_address import AddressRefused, ascii_address
from latchkey.providers.pasted_address import clean_address
from latchkey.providers.same_mailbox import canonical_mailbox
from latchkey.web.mailbox_in_log import names_in_log
from latchkey.web.services import Services, get_services


def init_cli(app: Flask) -> None:
    """Add the commands to ``flask``."""
    _add_doctor(app)
    _add_try(app)
    add_version(app)
    add_explain(app)
    _add_who(app)
    _add_link(app)


def _add_doctor(app: Flask) -> None:
    @app.cli.command("doctor")
    @click.option("--json", "as_json", is_flag=True, help="For programs.")
    def doctor(as_json: bool) -> None:
        """Check everything around the page: exit code 0 is well, 1 warnings, 2 trouble."""
        findings = list(diagnose(get_services()))
        if as_json:
            click.echo(in_json(findings))
        else:
            for finding in findings:
                click.echo(f"{finding.level.value} {finding.sentence}")
        sys.exit(exit_code(findings))


def in_json(findings: Iterable[Finding]) -> str:
    """Return what the doctor found, for programs."""
    return json.dumps([_as_object(finding) for finding in findings], indent=2)


def _as_object(finding: Finding) -> dict[str, str]:
    level = finding.level.name.lower()
    return {"check": finding.check, "level": level, "text": finding.text, "fix": finding.fix}


def _add_try(app: Flask) -> None:
    @app.cli.command("try")
    @click.argument("email")
    def try_address(email: str) -> None:
        """Say what the page would do with an address, and why. No password, no sign-in."""
        try:
            # url_for is asked outside of requests.
            with app.test_request_context():
                for step in walk(get_services(), email):
                    click.echo(step)
        except AddressRefused as refused:
            raise click.BadParameter(f"is no address: {refused.fault.value}") from None
        except UpstreamError as error:
            raise click.ClickException(f"Nylas refuses ({error}): see flask doctor.") from None


def add_version(app: Flask) -> None:
    """Add ``flask version``, which needs no settings."""

    @app.cli.command("version")
    def show_version() -> None:
        """Print the version."""
        click.echo(f"Latchkey {version()}")


def add_explain(app: Flask) -> None:
    """Add ``flask explain``, which needs no settings."""

    # One visit in 64 begins with "-".
    @app.cli.command("explain", context_settings={"ignore_unknown_options": True})
    @click.argument("code")
    def explain_code(code: str) -> None:
        """Tell in words what the log on standard input knows about a support code."""
        if sys.stdin.isatty():
            click.echo("The log is read from standard input: flask explain CODE < log", err=True)
        # In some locales, a byte that is no UTF-8 would end the reading.
        lines = read_log(line.decode(errors="replace") for line in sys.stdin.buffer)
        if not lines:
            raise click.ClickException(
                "Standard input holds no line of a log in JSON, as LOG_FORMAT=json makes it."
            )
        story = list(explain(code, lines))
        if not story:
            raise click.ClickException("The log holds nothing about this code.")
        for sentence in story:
            click.echo(sentence)


def _add_who(app: Flask) -> None:
    @app.cli.command("who")
    @click.argument("email")
    def who(email: str) -> None:
        """Print what an address is called in the log, a line for each secret key."""
        address = clean_address(email)
        if not canonical_mailbox(address):
            raise click.BadParameter("is no address")
        for name in names_in_log(get_services(), address):
            click.echo(name)


def _add_link(app: Flask) -> None:
    @app.cli.command("link")
    @click.option("--email", required=True, help="The address to connect, and no other.")
    @click.option("--provider", type=click.Choice(list(PROVIDERS)), default=None)
    @click.option("--expires", default="24h", show_default=True, help="Like 30m, 24h or 7d.")
    @click.option("--redirect-uri", default="", help="Where the app takes the user back.")
    @click.option("--state", default="", help="The app's own; it gets it back.")
    @click.option("--brand", default="", help="Which brand the pages show.")
    @click.option("--locale", default="", help="The language of the pages, like de or pt-BR.")
    @click.option("--theme", default="", help="light or dark, where the brand allows it.")
    def link(email: str, provider: str | None, expires: str, **more: str) -> None:
        """Make a link for one user."""
        click.echo(_link(email, expires, provider=provider or "", **more))


def _link(email: str, expires: str, **more: str) -> str:
    services = get_services()
    settings = services.settings
    if not settings.link_keys:
        raise click.ClickException("Links are off: LINK_KEY is not set.")
    if not ascii_address(email):
        raise click.BadParameter("is no address that Nylas can use", param_hint="--email")
    if more["brand"] and more["brand"] not in services.brands.named:
        known = ", ".join(services.brands.named) or "none"
        raise click.BadParameter(f"is no brand; there are: {known}", param_hint="--brand")
    if more["locale"] and not best_language([more["locale"]], services.settings.languages):
        known = ", ".join(services.settings.languages)
        raise click.BadParameter(f"is not offered; there are: {known}", param_hint="--locale")
    if more["theme"] not in ("", *THEMES):
        raise click.BadParameter("must be light or dark", param_hint="--theme")
    _check_way_back(services, more["redirect_uri"], more["state"])
    text = services.links.make(email, seconds=_seconds(expires), **more)
    return f"{_base(services, more['brand'])}/?link={text}"


def _base(services: Services, brand: str) -> str:
    """Where the link is opened: at the brand's own host, if it has one."""
    settings = services.settings
    base = urlsplit(settings.public_url or f"http://localhost:{settings.port}")
    hosts = services.brands.find(brand).hosts
    if hosts and base.hostname not in hosts:
        port = f":{base.port}" if base.port else ""
        base = base._replace(netloc=f"{hosts[0]}{port}")
    return base.geturl()


def _check_way_back(services: Services, redirect_uri: str, state: str) -> None:
    try:
        allowed = not redirect_uri or services.return_addresses.allow(redirect_uri)
    except UpstreamError as error:
        raise click.ClickException(f"Nylas does not tell its callback URIs ({error}).") from None
    if not allowed:
        raise click.BadParameter("is not an allowed address", param_hint="--redirect-uri")
    if len(state) > MOST_STATE:
        raise click.BadParameter(f"is longer than {MOST_STATE} characters", param_hint="--state")


def _seconds(expires: str) -> int:
    found = re.fullmatch(r"([1-9][0-9]{0,5})([mhd])", expires)
    seconds = int(found[1]) * {"m": 60, "h": 3600, "d": 86400}[found[2]] if found else 0
    if not 0 < seconds <= LONGEST_SECONDS:
        raise click.BadParameter(
            "must be a time like 30m, 24h or 7d, of 30 days at most", param_hint="--expires"
        )
    return seconds
