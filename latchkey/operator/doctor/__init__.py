"""Looks at the settings and at everything around the page, and says what to mend.

doctor/
├── finding     one line of the checklist
├── nylas       key, region, clock, application
├── connectors  which providers are offered, and what is missing for the others
├── brands      brands in force, and what was moved for contrast
├── languages   languages that are offered, and who has read them
├── mail_hosts  age of what is known about mail providers
├── machine     address, proxies, Redis, DNS, processes
├── public_url  the page itself, as people reach it
└── arrival     what the proxies make of a request
"""

from collections.abc import Iterator

from latchkey.operator.doctor.brands import check_brands
from latchkey.operator.doctor.connectors import check_providers
from latchkey.operator.doctor.finding import Finding, Level, exit_code
from latchkey.operator.doctor.languages import check_languages
from latchkey.operator.doctor.machine import check_machine
from latchkey.operator.doctor.mail_hosts import check_mail_hosts
from latchkey.operator.doctor.nylas import ask_application, check_apps, check_nylas
from latchkey.web.services import Services

__all__ = ["Finding", "Level", "diagnose", "exit_code"]


def diagnose(services: Services, *, outside: bool = True) -> Iterator[Finding]:
    """Check everything, the most important first.

    :param outside: ask the page's public address, too; while it starts, nothing answers there.
    """
    key = list(check_nylas(services))
    yield from key
    application = None
    if not any(finding.level is Level.FAILED for finding in key):
        yield from check_providers(services)
        application = ask_application(services)
        yield from check_apps(services, application)
    yield from check_brands(services, application)
    yield from check_languages(services)
    yield from check_mail_hosts(services)
    yield from check_machine(services, outside=outside)
