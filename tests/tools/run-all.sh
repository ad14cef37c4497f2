#!/bin/sh
# Runs all tests in two processes side by side: most of them wait for a browser, a server or a clock.
# usage: run-all.sh DIRECTORY-OF-PYTHON
set -u
bin=$1
with_browser="tests/browser tests/independent tests/journeys"
log=$(mktemp)
"$bin/coverage" erase

# shellcheck disable=SC2086 # a list of folders
"$bin/coverage" run --parallel-mode -m pytest $with_browser >"$log" 2>&1 &
other=$!
trap 'kill $other; rm -f "$log"; exit 130' INT TERM

# shellcheck disable=SC2046 # a list of options
"$bin/coverage" run --parallel-mode -m pytest $(printf -- '--ignore %s ' $with_browser)
failed=$?
wait $other || failed=$?
cat "$log"
rm -f "$log"
"$bin/coverage" combine --quiet
exit $failed
