"""How the page is served, by ``make run`` and in the container alike.

gevent, because a sign-in may wait two minutes for a mail server, and because slow clients must not
hold up the others: a waiting connection costs a greenlet here, not a thread.
"""

import gc
import importlib
import resource
import sys
from functools import partialmethod
from pathlib import Path

import gevent
import gunicorn.http.wsgi
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

sys.path.insert(0, str(Path(__file__).parent.parent))

from config import ConfigError, load_settings
from deploy.metrics import metrics_directory, scratch_folder
from latchkey.infra.freed_memory import overwrite_when_freed
from latchkey.operator.serving import Answer, Worker, handle_hup

try:
    settings = load_settings()
except ConfigError as error:
    sys.exit(error.format_message())

# Passwords pass through this memory: it must never be written to a file.
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
overwrite_when_freed()

# A sign-in under way takes two: one to the person's browser and one to Nylas.
_, _most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
_files = min(_most_files, 65_536) if _most_files != resource.RLIM_INFINITY else 65_536
resource.setrlimit(resource.RLIMIT_NOFILE, (_files, _most_files))

# Answers do not say what serves the page.
gunicorn.http.wsgi.Response = Answer


class QuietLogger(Logger):  # type: ignore[misc]
    """gunicorn's log without addresses of pages: their query may name a person.

    Only lines about requests change. The others say why a worker did not start or was killed.
    """

    def access(self, *parts: object) -> None:
        """Write none of gunicorn's own lines for requests, also where a platform turns them on.

        Heroku does, by GUNICORN_CMD_ARGS, which wins over this file.
        """

    def exception(self, msg: object, *args: object, **kwargs: object) -> None:
        """Tell the kind of error only, instead of the request's address and a traceback.

        Of settings that cannot be used, nothing is told here: gunicorn prints the error itself.
        """
        if str(msg).startswith("Error handling request"):
            self.error("A request broke off: %s", type(sys.exception()).__name__)
        elif not isinstance(sys.exception(), ConfigError):
            super().exception(msg, *args, **kwargs)

    def warning(self, msg: str, *args: object, **kwargs: object) -> None:
        """Drop what an unreadable request was made of."""
        if msg.startswith("Invalid request from"):
            msg, args = "Unreadable request: %s", (type(sys.exception()).__name__,)
        super().warning(msg, *args, **kwargs)

    def debug(self, msg: object, *args: object, **kwargs: object) -> None:
        """Drop what a request that was cut off began with."""
        if str(msg).startswith("Ignored premature client disconnection"):
            msg, args = "A request was cut off.", ()
        super().debug(msg, *args, **kwargs)

    def error(self, msg: object, *args: object, **kwargs: object) -> None:
        """Name the settings when nothing can listen; the lines before say why."""
        if str(msg).startswith("Can't connect to"):
            msg = (
                "Latchkey cannot start: it cannot listen at %s. End the program that does, or set "
                "another PORT (METRICS_PORT), or in HOST an address of this machine."
            )
        super().error(msg, *args, **kwargs)


# On METRICS_PORT the app answers with the metrics and nothing else.
bind = list(settings.listens_at)
# A mistake in the settings must not end a page that runs.
Arbiter.handle_hup = partialmethod(handle_hup, bind)
# The sandbox keeps its grants in the process, so there can be only one.
workers = 1 if settings.sandbox else settings.web_concurrency
# Behind proxies, all people come from the address of the proxy, and it has to limit them.
Worker.connections_share = 1.0 if settings.trusted_proxies else 0.5
worker_class = Worker
worker_connections = max(100, min(10_000, _files // 2 - 100))
# Also how long a client may take to send its headers.
keepalive = 15
# Nylas may take 120 s for a sign-in that comes in at last call.
graceful_timeout = 180
# An app's state, scopes and signed link in other scripts than Latin are more than the usual 4094.
limit_request_line = 8190
# Apps beside this page may set cookies for their common domain, which come along in one header.
limit_request_field_size = 16_380
limit_request_fields = 64
# Else the system would send files past the deadline for writing.
sendfile = False
# Proxies are the app's business (TRUSTED_PROXIES); here nobody is believed.
forwarded_allow_ips = ""
control_socket_disable = True
_metrics = ""
try:
    worker_tmp_dir = scratch_folder()
    if workers > 1 and (settings.metrics_port or settings.metrics_token):
        _metrics = metrics_directory()
except OSError:
    sys.exit(
        "Latchkey cannot start: it can write neither to /dev/shm nor to TMPDIR or /tmp, as its "
        "heartbeat and metrics need. Mount a file system in memory (tmpfs) at /dev/shm."
    )
if _metrics:
    # prometheus-client knows its directory from nowhere else.
    raw_env = [f"PROMETHEUS_MULTIPROC_DIR={_metrics}"]
# The app writes a line for each request, without addresses and queries.
accesslog = None
logger_class = QuietLogger


def when_ready(server: Arbiter) -> None:
    """Say where to look."""
    host = bind[0].rpartition(":")[0]
    host = "localhost" if host in ("127.0.0.1", "0.0.0.0", "[::]") else host  # noqa: S104 (compared only)
    address = settings.public_url or f"http://{host}:{settings.port}"
    # Plain ASCII: a terminal that knows no more must not keep the server from starting.
    note = '  (sandbox: no real mailboxes; any password but "wrong" works)'
    for warning in settings.warnings:
        server.log.warning("%s", warning)
    ready = f"Latchkey is ready: {address}{note if settings.sandbox else ''}"
    # Standard output is for the log alone, whose lines are JSON objects.
    print(ready, file=sys.stderr, flush=True)


def pre_fork(server: Arbiter, worker: Worker) -> None:
    """Have both processes go on sharing what is loaded here: a collection writes to each object."""
    gc.collect()
    gc.freeze()


def child_exit(server: Arbiter, worker: Worker) -> None:
    """Forget what a worker was just doing when it ended; what it counted stays."""
    for file in Path(_metrics).glob(f"gauge_live*_{worker.pid}.db") if _metrics else ():
        file.unlink(missing_ok=True)


def post_worker_init(worker: Worker) -> None:
    """Begin what goes on beside the pages; only the brand may take a second first."""
    # What was loaded until here stays; looking through it again and again would delay people.
    gc.collect()
    gc.freeze()
    # Whatever goes wrong there, the pages are served.
    gevent.spawn(_import_brand, worker).join()
    gevent.spawn(_begin, worker)


def _import_brand(worker: Worker) -> None:
    if brand_import := worker.wsgi.extensions["services"].brand_import:
        brand_import.start()


def _begin(worker: Worker) -> None:
    """Deliver webhooks that are left, ask for connectors, and log what the doctor says."""
    services = worker.wsgi.extensions["services"]
    services.store.ask(lambda remote: remote.secret_keys.announce(), None)
    services.webhooks.start()
    services.detector.prepare()
    if services.lan:
        services.lan.show_code()
    if worker.age == 1:
        # Loaded here, as it brings in ssl, which gevent must have patched before.
        doctor = importlib.import_module("latchkey.operator.doctor")
        with worker.wsgi.app_context():
            for finding in doctor.diagnose(services, outside=False):
                worker.log.log(finding.level.log_level, "%s", finding.sentence)
