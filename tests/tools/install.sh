#!/bin/sh
# Installs Debian packages where that is allowed (root or sudo on Debian and Ubuntu).
# usage: install.sh PACKAGE...; exit code 1 when it cannot.
set -u

if ! command -v apt-get >/dev/null; then
	echo "Please install with your system's package manager: $*" >&2
	exit 1
fi
sudo=
if [ "$(id -u)" -ne 0 ]; then
	sudo="sudo -n"
	$sudo true 2>/dev/null || { echo "Please install: sudo apt-get install $*" >&2; exit 1; }
fi
echo "Installing $*" >&2
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq >&2 && $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
