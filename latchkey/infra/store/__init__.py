"""What processes share for a while: in Redis when there is one, else in this process alone.

store/
├── memory         values and rates of one process
├── redis_store    the same in Redis
├── scripts        what has to be one step in Redis
├── redis_link     Redis that may go and come back at any time
├── vault          names and seals of what lies in Redis
├── store          puts memory and Redis together
├── marks_redis    what was used up
├── rate           what may be done at most so often
├── rates_redis    the same in Redis
├── rates          puts memory and Redis together
├── windows_memory counters of rate limits, in one process
├── windows_redis  the same in Redis
├── outbox_memory  what is to be done at a certain time, in one process
├── outbox_redis   the same in Redis
└── outbox         puts the two together
"""

from latchkey.infra.store.memory import RateLimited
from latchkey.infra.store.outbox import Outbox
from latchkey.infra.store.outbox_memory import Claim
from latchkey.infra.store.rate import LONGEST_WAIT_SECONDS, Ahead, Rate, Turn
from latchkey.infra.store.redis_facts import RedisFacts
from latchkey.infra.store.redis_link import RedisLost
from latchkey.infra.store.store import Store
from latchkey.infra.store.vault import Vault
from latchkey.infra.store.windows import Charge, Mode, Window

__all__ = [
    "LONGEST_WAIT_SECONDS",
    "Ahead",
    "Charge",
    "Claim",
    "Mode",
    "Outbox",
    "Rate",
    "RateLimited",
    "RedisFacts",
    "RedisLost",
    "Store",
    "Turn",
    "Vault",
    "Window",
]
