#!/usr/bin/env bash
# More Ps than there is work for must cost little: CPU per echo, futex calls and eventfd writes with
# 1, 2, 4 and 8 procs under the same load; and how connections spread over the epolls of 4.
# Options go to the ping-pong: scripts/bench-procs.sh --rounds 3
# shellcheck source=scripts/bench-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/bench-common.sh"

all=loompoll@1,loompoll@2,loompoll@4,loompoll@8
section "CPU per echo, not pinned"
bench ping-pong --contestants "$all" --baseline loompoll@1 --unpinned --json "$figures/procs.json" "$@"
section "wake-ups: futex, and write, which is eventfd's"
bench syscalls --contestants "$all" --connections 100 --echoes 200 --unpinned
section "share of the connections on each epoll"
bench epolls --contestants loompoll@4 --connections 1000
