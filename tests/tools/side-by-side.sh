#!/bin/sh
# Runs two commands side by side, shows what the second one said after the first, fails when one of them does.
# For tests: most of them wait for a browser, a server or a clock.
# usage: side-by-side.sh FIRST SECOND
set -u
log=$(mktemp)

sh -c "$2" >"$log" 2>&1 &
second=$!
trap 'kill $second; rm -f "$log"; exit 130' INT TERM

sh -c "$1"
failed=$?
wait $second || failed=$?
cat "$log"
rm -f "$log"
exit $failed
