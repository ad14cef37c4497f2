#!/bin/sh
# Gets what the benchmark drives besides Python: wrk, Redis, nginx, valgrind.
# usage: tools.sh
set -u
here=$(dirname "$0")
PATH=$PATH:/usr/sbin:/sbin

missing=
command -v wrk >/dev/null || missing="$missing wrk"
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v nginx >/dev/null || missing="$missing nginx"
command -v valgrind >/dev/null || missing="$missing valgrind"
[ -z "$missing" ] && exit 0

# shellcheck disable=SC2086 # a list of package names
sh "$here/../tests/tools/install.sh" $missing || exit 1
# The benchmark starts its own servers; those the packages come with must not stay on this machine.
sudo=
[ "$(id -u)" -eq 0 ] || sudo="sudo -n"
for service in redis-server nginx; do
	case $missing in
	*$service*) [ ! -d /run/systemd/system ] || $sudo systemctl disable --now --quiet $service ;;
	esac
done
