"""Settings: one variable each, read from the environment, ``.env`` or a secret's file, and parsed.

::

    settings/
    ├── variable.py        Variable, and setting() for a field of a dataclass
    ├── sources.py         environment, .env and secrets' files
    ├── names.py           names that are none of ours, and what was probably meant
    ├── parsers.py         numbers, lists, hosts, colours
    ├── files.py           paths of files, and why one cannot be read
    ├── line_of_text.py   a line that people read
    ├── secrets.py         API keys, secret keys, OAuth clients
    ├── rate_limits.py     limits, by what they are about
    └── contradictions.py  settings that do not go together

Which settings there are is in ``config.py``.
"""

from latchkey.infra.settings.contradictions import contradictions, doubts, file_doubts
from latchkey.infra.settings.names import misspelt
from latchkey.infra.settings.sources import (
    ConfigError,
    certificates_problems,
    filled,
    read,
    read_env_file,
)
from latchkey.infra.settings.variable import Variable, setting, variables_of

__all__ = [
    "ConfigError",
    "Variable",
    "certificates_problems",
    "contradictions",
    "doubts",
    "file_doubts",
    "filled",
    "misspelt",
    "read",
    "read_env_file",
    "setting",
    "variables_of",
]
