"""Puts the parts of this layer together, as the settings want them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from config import ConfigError, Settings
from latchkey.infra.store import Store
from latchkey.nylas import NylasClient
from latchkey.providers.detection import MxRecords, ProviderDetector
from latchkey.providers.detection.metrics import MX_CIRCUIT
from latchkey.providers.mail_records import DomainRecords, MailRecords
from latchkey.providers.mailhosts import MailHosts, MailServers, ProvidersFileError


@dataclass(frozen=True, kw_only=True)
class ProviderServices:
    """What is known of providers and mail servers, and how it is found out."""

    hosts: MailHosts
    mail_servers: MailServers
    detector: ProviderDetector


def provider_services(
    settings: Settings,
    nylas: NylasClient,
    store: Store,
    *,
    oauth: Collection[str],
    is_trial: Callable[[str], bool],
    share_wait: Callable[[], float],
    client: Callable[[], str],
    sandbox_records: DomainRecords | None,
) -> ProviderServices:
    """Make them.

    :param oauth, is_trial, share_wait, client: as in ``ProviderDetector`` and ``MailRecords``.
    :param sandbox_records: take the place of DNS for the rules about servers, in the sandbox.
    :raises ConfigError: the operator's file of mail servers cannot be used.
    """
    hosts, records = _mail_hosts(settings), _mail_records(settings, client)
    detector = ProviderDetector(
        nylas,
        oauth=oauth,
        store=store,
        per_minute=settings.nylas_detects_per_minute,
        hosts=_hosts_known_by_domain(settings, hosts),
        is_trial=is_trial,
        mx=MxRecords(hosts, records) if records else None,
        share_wait=share_wait,
    )
    servers = _mail_servers(settings, hosts, sandbox_records or records)
    return ProviderServices(hosts=hosts, mail_servers=servers, detector=detector)


def _hosts_known_by_domain(settings: Settings, hosts: MailHosts) -> MailHosts | None:
    # The sandbox's Nylas knows domains of its own, and the world knows nothing of them.
    return hosts if settings.known_domains and not settings.sandbox else None


def _mail_servers(
    settings: Settings, hosts: MailHosts, records: DomainRecords | None
) -> MailServers:
    return MailServers(
        hosts,
        records,
        ports=settings.mail_ports,
        allow_any=settings.allow_any_mail_host,
        allow_loopback=settings.sandbox,
    )


def _mail_hosts(settings: Settings) -> MailHosts:
    try:
        return MailHosts.load(settings.providers_file)
    except ProvidersFileError as error:
        raise ConfigError(f"Latchkey cannot start. Please mend PROVIDERS_FILE:\n{error}") from None


def _mail_records(settings: Settings, client: Callable[[], str]) -> MailRecords | None:
    # The sandbox's domains are not in DNS.
    if not settings.mx_lookups or settings.sandbox:
        return None
    return MailRecords(nameserver=settings.dns_server, notify=MX_CIRCUIT, client=client)
