"""How old the knowledge about mail providers is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from latchkey.operator.doctor.finding import Finding, Level
from latchkey.web.services import Services

_OLD = timedelta(days=365)


def check_mail_hosts(services: Services) -> Iterator[Finding]:
    """Warn when rows were last compared with their sources more than 12 months ago."""
    limit = (datetime.now(UTC) - _OLD).date().isoformat()
    if old := services.hosts.checked_before(limit):
        yield Finding(
            check="mail-hosts",
            level=Level.WARNING,
            text=f"{old} rows about mail providers were last checked more than 12 months ago.",
            fix="Look for a newer Latchkey, or mend them in PROVIDERS_FILE.",
        )
