#!/usr/bin/env bash
# What a server asks of the kernel: 1 000 connections, 100 echoes each, counted by strace. Promise 3
# is epoll_ctl 1.000 per connection, and about one recvfrom and one sendto per echo.
# Options: scripts/bench-syscalls.sh --connections 100 --contestants loompoll
# shellcheck source=scripts/bench-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/bench-common.sh"

bench syscalls --contestants loompoll,loompoll-fallback,jdk-virtual,c-epoll "$@"
