#!/usr/bin/env bash
# The README's first minute, for real: an echo server on a free port, `loompoll dial`, netcat, SIGTERM.
set -euo pipefail

root=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
server=

finish() {
  [ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

fail() {
  echo "smoke: FAILED: $*" >&2
  sed 's/^/  server: /' "$work/out" "$work/err" >&2
  exit 1
}

"$root/loompoll" echo --listen 127.0.0.1:0 </dev/null >"$work/out" 2>"$work/err" &
server=$!

# The first start builds the command, and may have to fetch Maven's plugins.
address=
for _ in $(seq 3000); do
  address=$(sed -n 's/^listening on //p' "$work/out")
  [ -z "$address" ] || break
  kill -0 "$server" 2>/dev/null || fail "the server ended before it listened"
  sleep 0.1
done
[ -n "$address" ] || fail "no line 'listening on ADDRESS' within 5 minutes"

got=$(printf 'hello\n' | timeout 30 "$root/loompoll" dial "$address") || fail "loompoll dial: exit status $?"
[ "$got" = hello ] || fail "loompoll dial: got '$got'"
echo "smoke: loompoll dial ok"

got=$(printf 'hello\n' | timeout 30 nc -N "${address%:*}" "${address##*:}") || fail "nc: exit status $?"
[ "$got" = hello ] || fail "nc: got '$got'"
echo "smoke: nc ok"

kill -TERM "$server"
for _ in $(seq 300); do
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
! kill -0 "$server" 2>/dev/null || fail "still there 30 s after SIGTERM"
status=0
wait "$server" || status=$?
server=
[ "$status" -eq 0 ] || fail "exit status $status after SIGTERM"
echo "smoke: SIGTERM ok"
