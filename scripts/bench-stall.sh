#!/usr/bin/env bash
# Two processors, 100 connections, and goroutines that stand in their way: which compute, which hold a
# lock that every echo needs, which block their threads unseen; beside busy neighbours, with and
# without demotion; and what must cause no hand-off. Options go to every run:
# scripts/bench-stall.sh --rounds 3; SECTIONS="hogs lock" scripts/bench-stall.sh
# shellcheck source=scripts/bench-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/bench-common.sh"

sections=${SECTIONS:-quiet hogs lock neighbours blocked crowd flood gc}

stall() {
  bench ping-pong --baseline loompoll --unpinned --procs 2 --connections 100 --warmup 6s --slice 3s \
    --json "$figures/stall-$name.json" "$@"
}

for name in $sections; do
  case $name in
    quiet)
      section "nothing in the way"
      stall --contestants loompoll,jdk-virtual,go "$@"
      ;;
    hogs)
      section "8 that spin"
      stall --hogs 8 --contestants loompoll,jdk-virtual,go "$@"
      ;;
    lock)
      section "one takes and frees, without a pause, a lock that every echo takes"
      stall --hogs 1 --hog-kind lock --contestants loompoll,jdk-virtual "$@"
      ;;
    neighbours)
      section "8 that spin, a busy neighbour on each CPU, with and without demotion"
      stall --hogs 8 --neighbours --safepoints --contestants loompoll,loompoll+demotion=0 "$@"
      ;;
    blocked)
      section "64 blocked: a quarter each in a native call, a FIFO, name resolution, a pinned park"
      stall --hogs 64 --hog-kind blocked --contestants loompoll,jdk-virtual "$@"
      ;;
    crowd)
      section "128 blocked, at most 64 threads"
      stall --hogs 128 --hog-kind blocked --contestants loompoll+maxMachines=64 \
        --baseline loompoll+maxMachines=64 "$@"
      ;;
    flood)
      section "one floods for 60 s: hand-offs"
      stall --hogs 1 --hog-kind none --flooders 1 --think 10ms --slice 60s --rounds 1 --warmup 60s \
        --contestants loompoll
      ;;
    gc)
      section "full collections: hand-offs"
      stall --hogs 1 --hog-kind gc --contestants loompoll "$@"
      ;;
    *)
      echo "bench-stall.sh: no section $name" >&2
      exit 2
      ;;
  esac
done
