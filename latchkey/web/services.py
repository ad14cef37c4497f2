"""What a view may reach for, put together once in ``app.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from config import Settings
from latchkey.apps.wiring import AppServices
from latchkey.connect.wiring import ConnectServices
from latchkey.infra.limits import Limiter
from latchkey.infra.marks import UsedMarks
from latchkey.infra.store import Store
from latchkey.infra.unproxied import unproxied
from latchkey.nylas import NylasClient
from latchkey.providers.wiring import ProviderServices
from latchkey.web.brand_import import BrandImport
from latchkey.web.branding import Brands
from latchkey.web.lan import SandboxLan


@dataclass(frozen=True, kw_only=True)
class Services(AppServices, ConnectServices, ProviderServices):
    """The parts that live as long as the process; those of a layer are listed in its ``wiring``.

    :ivar is_trial: names test addresses, which show their outcome with any password.
    :ivar brand_import: unless it is turned off.
    :ivar lan: with ``SANDBOX_LAN`` alone.
    """

    settings: Settings
    store: Store
    marks: UsedMarks
    limiter: Limiter
    brands: Brands
    nylas: NylasClient
    is_trial: Callable[[str], bool]
    lan: SandboxLan | None = None
    brand_import: BrandImport | None = None


def get_services() -> Services:
    """Return the services of the app that answers this request."""
    return cast(Services, unproxied(current_app).extensions["services"])
