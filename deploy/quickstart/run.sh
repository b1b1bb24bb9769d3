#!/usr/bin/env bash
# Builds what is needed, starts three nodes on 127.0.0.11 to 127.0.0.13, joins them, kills the leader, and shows what happens.
# The cluster is left running; deploy/quickstart/stop.sh stops it. Safe to run again: an earlier one is stopped and removed first.
set -euo pipefail
cd "$(dirname "$0")/../.."

nodes=deploy/target/quickstart
quorate=deploy/target/quorate-0.1.0-SNAPSHOT/quorate/bin/quorate
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
now() { date +%s%3N; }

for tool in mvn curl; do
    command -v "$tool" > /dev/null || fail "$tool is missing. On Debian: apt-get install maven curl"
done

deploy/quickstart/stop.sh --quiet
rm -rf "$nodes"

if [ ! -x "$quorate" ] || [ -n "$(find pom.xml ./*/pom.xml ./*/src deploy/src -newer "$quorate" -type f -print -quit)" ]; then
    say "Building (the first time takes a few minutes: libraries are fetched)"
    mvn -q -B -ntp -Dquick -DskipTests package
    touch "$quorate"
fi
say "Preparing the class caches (once, about a minute: nodes start in half the time)"
"$quorate-aot" || true

say "Starting three nodes"
for i in 1 2 3; do
    "$quorate" start --background --data-folder "$nodes/n$i" --name "n$i" --address "127.0.0.1$i" &
done
for job in $(jobs -p); do wait "$job" || fail "a node did not start; see $nodes/*/quorate.log"; done

say "Joining n2 and n3 to n1"
for i in 2 3; do
    line=$("$quorate" add-node --data-folder "$nodes/n1" -o short | head -n 1)
    "$quorate" join --data-folder "$nodes/n$i" "${line#quorate join }"
done

# With the certificate of n1, as its own commands do.
ask() { curl -fsS --max-time 3 --cacert "$nodes/n1/tls/ca.crt" --cert "$nodes/n1/tls/node.crt" --key "$nodes/n1/tls/node.key" "$@"; }
leader_of() { ask "https://$1:16443/v1/status" | sed -n 's/.*"leader":"\([^"]*\)".*/\1/p'; }

highly_available() {
    for _ in $(seq 1 300); do
        if ask "https://127.0.0.11:16443/v1/status" 2> /dev/null | grep -q '"highAvailability":true'; then return 0; fi
        sleep 0.1
    done
    return 1
}
highly_available || fail "the cluster is not highly available after 30 s; see $nodes/*/quorate.log"
"$quorate" status --data-folder "$nodes/n1"

say "Writing a key through n2, reading it through n3"
"$quorate" kv put --data-folder "$nodes/n2" greeting "hello, quorum"
"$quorate" kv get --data-folder "$nodes/n3" greeting

leader=$(leader_of 127.0.0.11)
survivor=n1
[ "$leader" != n1 ] || survivor=n2
address=127.0.0.1${survivor#n}
say "Killing the leader, $leader (kill -9), and writing through $survivor until a write is acknowledged"
killed=$(now)
kill -9 "$(cat "$nodes/$leader/node.lock")"
tries=0
until ask -o /dev/null -X PUT --data "after the kill" "https://$address:16443/v1/kv/after-kill" 2> /dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || fail "no write was acknowledged; see $nodes/*/quorate.log"
done
took=$(($(now) - killed))
echo "The new leader is $(leader_of "$address"); the first write was acknowledged $took ms after the kill."
"$quorate" status --data-folder "$nodes/$survivor"

say "Starting $leader again"
"$quorate" start --background --data-folder "$nodes/$leader"
highly_available || fail "the cluster is not highly available after 30 s; see $nodes/*/quorate.log"
"$quorate" status --data-folder "$nodes/$survivor"

say "The cluster is running."
cat <<END
  try it     $quorate status -d $nodes/n1 -o table
             $quorate kv put -d $nodes/n2 colour blue; $quorate kv get -d $nodes/n3 colour
  stop it    deploy/quickstart/stop.sh
END
