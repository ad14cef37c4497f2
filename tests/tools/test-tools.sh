#!/bin/sh
# Gets what the tests drive besides Python: a browser, an IMAP server, Redis, proxies.
# usage: test-tools.sh DIRECTORY-OF-PYTHON
# What cannot be had makes its tests skip, and makes CI fail.
set -u
bin=$1
here=$(dirname "$0")
PATH=$PATH:/usr/sbin:/sbin

missing=
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing="$missing chromium"
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v dovecot >/dev/null || missing="$missing dovecot-imapd"
command -v nginx >/dev/null || missing="$missing nginx-light"
command -v promtool >/dev/null || missing="$missing prometheus"
command -v systemd-analyze >/dev/null || missing="$missing systemd"
command -v caddy >/dev/null || missing="$missing caddy"
[ -z "$missing" ] && exit 0

# shellcheck disable=SC2086 # a list of package names
if sh "$here/install.sh" $missing; then
	# The tests start their own servers; those the packages come with must not stay on this machine.
	sudo=
	[ "$(id -u)" -eq 0 ] || sudo="sudo -n"
	for service in redis-server dovecot nginx caddy prometheus; do
		case $missing in
		*$service*) [ ! -d /run/systemd/system ] || $sudo systemctl disable --now --quiet $service ;;
		esac
	done
	exit 0
fi

case $missing in
*chromium*)
	"$bin/playwright" install chromium && missing=$(echo "$missing" | sed 's/ *chromium//') ;;
esac
[ -z "$missing" ] && exit 0
echo "Not available, so the tests that need it cannot run:$missing" >&2
[ "${CI:-}" != true ]
