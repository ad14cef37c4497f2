"""What processes share for a while: in Redis when there is one, else in this process alone.

store/
├── memory  values and rates of one process
├── remote  the same in Redis
└── store   puts the two together, so that Redis may go and come back at any time
"""

from signin.store.memory import Full
from signin.store.store import Store

__all__ = ["Full", "Store"]
