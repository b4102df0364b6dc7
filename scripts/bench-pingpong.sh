#!/usr/bin/env bash
# Echoes side by side: 100 and 1000 connections on one CPU, then two processors each, not pinned.
# Options go to every run: scripts/bench-pingpong.sh --rounds 3 --size 1024
# shellcheck source=scripts/bench-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/bench-common.sh"

for n in 100 1000; do
  section "$n connections, one CPU for the server, one for the load"
  bench ping-pong --connections "$n" --json "$figures/pingpong-$n.json" "$@"
done
for n in 100 1000; do
  section "$n connections, two processors, not pinned"
  bench ping-pong --connections "$n" --unpinned --procs 2 --json "$figures/pingpong-$n-procs2.json" "$@"
done
