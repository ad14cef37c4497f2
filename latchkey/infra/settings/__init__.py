"""Settings: one variable each, read from the environment, ``.env`` or a secret's file, and parsed.

::

    settings/
    ├── variable.py   Variable, and setting() for a field of a dataclass
    ├── sources.py    environment, .env and secrets' files
    ├── parsers.py    numbers, lists, colours, files
    └── secrets.py    API keys and secret keys

Which settings there are, and what must not be set together, is in ``config.py``.
"""

from latchkey.infra.settings.sources import ConfigError, read, read_env_file
from latchkey.infra.settings.variable import Variable, setting, variables_of

__all__ = ["ConfigError", "Variable", "read", "read_env_file", "setting", "variables_of"]
