#!/usr/bin/env bash
# More load than a server can bear: multiples of its capacity on persistent connections and with one
# connection a request, with handlers of 1 ms and 20 ms of CPU and 20 ms asleep; too few descriptors;
# slow-loris clients; a flood; SIGTERM under load. All of it takes about an hour. Options go to every
# run: SECTIONS="persistent drain" scripts/bench-overload.sh --contestants goroutine
# shellcheck source=scripts/bench-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/bench-common.sh"

limit=${BENCH_LIMIT:-7200}
results=$figures/overload
mkdir -p "$results"

sections=${SECTIONS:-persistent once cpu20 asleep20 descriptors loris flood drain}
done=()

overload() {
  section "$name"
  bench overload --json "$results/$name.json" "$@"
  done+=("$results/$name.json")
}

for name in $sections; do
  case $name in
    persistent)
      overload "$@"
      ;;
    once)
      overload --once "$@"
      ;;
    cpu20)
      overload --handler 20ms --factors 2 --slice 2s "$@" # a shorter one has too few requests to count
      ;;
    asleep20)
      overload --handler 20ms --sleep --factors 2 "$@"
      ;;
    descriptors | loris | flood | drain)
      overload "$name" "$@"
      ;;
    *)
      echo "bench-overload.sh: no section $name" >&2
      exit 2
      ;;
  esac
done

bench overload report --out "$results/overload.md" "${done[@]}"
