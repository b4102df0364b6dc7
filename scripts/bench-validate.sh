#!/usr/bin/env bash
# Our load generator's figures beside wrk's, on the same HTTP server, in turns.
# Options: scripts/bench-validate.sh --connections 1000 --rounds 9
# shellcheck source=scripts/bench-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/bench-common.sh"

bench validate "$@"
