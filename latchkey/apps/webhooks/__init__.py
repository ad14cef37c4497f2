"""Webhooks: the app hears how sign-ins ended, also those that bring no user back to it.

webhooks/
├── event      the content of a webhook, and its signature
├── delivery   posts what is due, until the app took it
└── publisher  which events are sent, and when
"""

from latchkey.apps.webhooks.event import SignInReference
from latchkey.apps.webhooks.publisher import Webhooks

__all__ = ["SignInReference", "Webhooks"]
