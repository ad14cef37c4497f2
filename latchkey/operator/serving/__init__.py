"""Serving: gunicorn's gevent worker with what it lacks on an open network.

serving/
├── worker      takes turns, limits connections, stops gracefully
├── connection  a client's socket: writes have a deadline, forms take turns
├── body        a request's body: reads have a deadline, a broken one ends the connection
├── clients     how many connections each client has
├── answer      the head of each answer, without what says nothing
├── reload      SIGHUP: new settings only when the page can start with them
└── refusal     what the server itself answers to requests that no page sees

``deploy/gunicorn.conf.py`` names the worker. Nothing in here may import what loads ``ssl``: gevent
has to replace it first.
"""

from latchkey.operator.serving.answer import Answer
from latchkey.operator.serving.reload import handle_hup
from latchkey.operator.serving.worker import Worker

__all__ = ["Answer", "Worker", "handle_hup"]
