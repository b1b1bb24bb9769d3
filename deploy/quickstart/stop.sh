#!/usr/bin/env bash
# Stops the nodes that deploy/quickstart/run.sh started, each by its own process; the data stays. --quiet says nothing when none runs.
set -euo pipefail
cd "$(dirname "$0")/../.."

nodes=deploy/target/quickstart
quorate=deploy/target/quorate-0.1.0-SNAPSHOT/quorate/bin/quorate
stopped=0
for folder in "$nodes"/n*; do
    [ -r "$folder/node.lock" ] || continue
    pid=$(cat "$folder/node.lock")
    # The lock outlives its process: only one that still runs with this folder is ended.
    if [ -n "$pid" ] && tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -q "QuorateCli start.*$folder"; then
        "$quorate" stop --data-folder "$folder" > /dev/null && stopped=$((stopped + 1))
    fi
done
[ "${1:-}" = --quiet ] && [ "$stopped" = 0 ] || echo "Stopped $stopped node(s)."
