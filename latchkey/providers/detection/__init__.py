"""Which provider serves an address; not knowing is an answer too, never an error.

Nylas answers 20 questions about domains in a minute, so they are kept for what only Nylas knows.

detection/
├── connectors  which providers the Nylas application can make grants for
├── domains     what Nylas said about domains, and asking it within the budget
├── well_known  mail providers that are known without a call
├── mx          mail providers by a domain's MX records
└── detector    puts them together
"""

from latchkey.providers.detection.detector import ProviderDetector
from latchkey.providers.detection.domains import SPAN_SECONDS
from latchkey.providers.detection.mx import MxRecords
from latchkey.providers.detection.well_known import provider_of

__all__ = ["SPAN_SECONDS", "MxRecords", "ProviderDetector", "provider_of"]
