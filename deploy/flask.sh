#!/bin/sh
# flask with the settings of latchkey.service, for root: /opt/latchkey/deploy/flask.sh doctor
# The shell reads /etc/latchkey/env here, systemd does there: latchkey.service says how to write what both read alike.
set -ae
. /etc/latchkey/env
NYLAS_API_KEY_FILE=/etc/latchkey/api-key
SECRET_KEY_FILE=/etc/latchkey/secret-key
STATE_DIR=/var/lib/latchkey
cd "$(dirname "$0")/.."
exec .venv/bin/flask "$@"
