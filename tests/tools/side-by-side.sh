#!/bin/sh
# Runs two commands side by side, shows what the second one said after the first, fails when one of them does.
# For tests: most of them wait for a browser, a server or a clock.
# usage: side-by-side.sh FIRST SECOND, each a program with its arguments
set -u
log=$(mktemp)

# In the shell's place, so that "kill" below reaches it: SIGINT does not, in the background.
sh -c "exec $2" >"$log" 2>&1 &
second=$!
trap 'kill $second; wait $second; rm -f "$log"; exit 130' INT TERM

sh -c "exec $1"
failed=$?
wait $second || failed=$?
cat "$log"
rm -f "$log"
exit $failed
