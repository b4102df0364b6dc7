#!/usr/bin/env bash
# 15 000 idle connections in each of two servers: memory and threads, and whether all still answer.
# Options: scripts/bench-idle.sh --connections 5000 --contestants loompoll,jdk-virtual,go
# shellcheck source=scripts/bench-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/bench-common.sh"

files=$(ulimit -Hn)
if [ "$files" != unlimited ] && [ "$files" -lt 15500 ]; then
  echo "bench-idle: needs a limit of 15500 open files (ulimit -Hn), it is $files" >&2
  exit 1
fi
ulimit -Sn "$files" # a C server does not raise it itself
bench idle "$@"
