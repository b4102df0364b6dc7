#!/usr/bin/env bash
# Who waits for whom, with two processors: 100 connections alone, beside back-to-back tasks of 8 ms
# on one of them (as fast as they can, and calmly), beside goroutines that never park (in longer
# turns, for each turn begins with them), and beside a client that floods.
# Options go to every run: scripts/bench-fairness.sh --rounds 3 --contestants loompoll
# shellcheck source=scripts/bench-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/bench-common.sh"

fair() {
  local name=$1
  shift
  bench ping-pong --contestants loompoll,loompoll-fallback,jdk-virtual,go --baseline loompoll \
    --unpinned --procs 2 --connections 100 --warmup 10s --json "$figures/fairness-$name.json" "$@"
}

section "alone"
fair alone "$@"
section "one task of 8 ms after another"
fair hog --hogs 1 --hog-millis 8 "$@"
section "the same, the clients send every 10 ms and sleep in between"
fair hog-calm --hogs 1 --hog-millis 8 --think 10ms --sleeping "$@"
section "eight goroutines that never park"
fair hogs --hogs 8 --slice 3s "$@"
section "one client floods, the others send every 10 ms"
fair flood --flooders 1 --think 10ms "$@"
