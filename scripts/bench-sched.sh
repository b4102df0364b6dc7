#!/usr/bin/env bash
# Our scheduler and the JDK's at work without a network, turn about: a ring of 100 000 goroutines, a
# million asleep, one monitor for ten, wake-ups of an idle process, more CPU work than there are
# CPUs, and the CPU that an idle process uses. Options: scripts/bench-sched.sh --rounds 3 --only ring
# shellcheck source=scripts/bench-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/bench-common.sh"

bench sched "$@"
