# Sourced by scripts/bench-*.sh: defines `bench`, which builds what it needs once and then runs the
# bench for at most $limit seconds. LOOMPOLL_BENCH_CLASSPATH replaces the build.
# shellcheck shell=bash
set -euo pipefail

root=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/find-jdk.sh
. "$root/scripts/find-jdk.sh"
find_jdk || exit 1

figures=$root/target/bench # JSON files
limit=${BENCH_LIMIT:-900}
mkdir -p "$figures"

if [ -n "${LOOMPOLL_BENCH_CLASSPATH:-}" ]; then
  classpath=$LOOMPOLL_BENCH_CLASSPATH
else
  "$root/loompoll" --version >/dev/null # builds, if sources are newer
  classpath="$root/loompoll-cli/target/fast/lib/*"
fi

child=
# Whoever ends this script ends the bench, and the bench all its children.
trap '[ -z "$child" ] || kill "$child" 2>/dev/null; wait' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bench() {
  local status=0
  timeout --foreground -k 20 "$limit" \
    "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -cp "$classpath" dev.loompoll.bench.Main "$@" &
  child=$!
  wait "$child" || status=$?
  child=
  [ "$status" -eq 0 ] || echo "$(basename -- "$0"): bench $1: exit status $status" >&2
  return "$status"
}

section() {
  printf '\n== %s\n\n' "$*"
}
