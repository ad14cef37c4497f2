"""Tells the app how sign-ins ended, also those it would otherwise never hear of again.

notices/
├── notice   what is told, and how the app can be sure that it was told by this page
├── sender   delivers what is due, until the app took it
└── notices  what has to be told when
"""

from latchkey.apps.webhooks.event import SignInReference
from latchkey.apps.webhooks.publisher import Webhooks

__all__ = ["SignInReference", "Webhooks"]
