#!/usr/bin/env bash
# User-space instructions per echo, counted by valgrind's callgrind: exact, and the same on any
# machine, also where perf has no counters. The server runs some 50 times slower under it, which does
# not change what it executes for an echo, but what goes by the clock (the compilers, sysmon) counts
# 50 times too much. So the threads that run goroutines are the answer; all threads' sum is beside it.
# "floor" is no server: a virtual thread parks, is unparked and runs again, on an executor that is a mere queue.
# Usage: scripts/bench-instructions.sh [CONNECTIONS] [CONTESTANT...]
# shellcheck source=scripts/bench-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/bench-common.sh"

connections=${1:-100}
shift || true
[ $# -gt 0 ] || set -- floor loompoll loompoll-fallback jdk-virtual
warmup=${WARMUP:-150} # seconds: the compiler has to get through all of it, slowly
rounds=${ROUNDS:-5}
command -v valgrind >/dev/null || {
  echo "bench-instructions.sh: needs valgrind (Debian package valgrind)" >&2
  exit 1
}

work=$(mktemp -d)
pids=()
# shellcheck disable=SC2317 # called by trap
cleanup() {
  kill "${pids[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

java=("$JAVA_HOME/bin/java" -cp "$classpath")
# What valgrind emulates; one collector that has no threads of its own; loops leave the interpreter early.
jvm=(-XX:UseAVX=2 -XX:+UseSerialGC -Xms64m -Xmx256m -XX:Tier0BackedgeNotifyFreqLog=4
  --enable-native-access=ALL-UNNAMED)
echoes=dev.loompoll.bench.server

server() { # contestant
  case $1 in
    loompoll | loompoll@[1-9]*)
      procs=1
      [ "$1" = loompoll ] || procs=${1#*@}
      server=("${java[@]}" "${jvm[@]}" --add-opens java.base/java.lang=ALL-UNNAMED
        "-Dloompoll.procs=$procs" "$echoes.LoompollEcho")
      ;;
    loompoll-fallback) server=("${java[@]}" "${jvm[@]}" -Djdk.virtualThreadScheduler.parallelism=1
      "$echoes.LoompollEcho") ;;
    jdk-virtual) server=("${java[@]}" "${jvm[@]}" -Djdk.virtualThreadScheduler.parallelism=1
      "$echoes.JdkVirtualEcho") ;;
    floor) server=("${java[@]}" "${jvm[@]}" --add-opens java.base/java.lang=ALL-UNNAMED
      dev.loompoll.bench.sched.Floor) ;;
    *)
      echo "bench-instructions.sh: unknown contestant $1: there are floor, loompoll, loompoll@PROCS, loompoll-fallback, jdk-virtual" >&2
      exit 2
      ;;
  esac
}

ask() { # one command to the load generator, one line back
  echo "$*" >&"${LOAD[1]}"
  read -r -t 600 answer <&"${LOAD[0]}"
}

load() { # milliseconds of echoes; the answer says how many
  if [ "$name" != floor ]; then
    ask run s "$1" 0 0 0 0
    return
  fi
  local lines
  lines=$(grep -c units "$out.log") || true
  echo "run $1" >"$out.in"
  until [ "$(grep -c units "$out.log")" -gt "$lines" ]; do
    read -r -t 0.1 <> <(:) || true
  done
  answer=$(grep units "$out.log" | tail -1)
}

for name in "$@"; do
  server "$name"
  out=$work/$name
  mkfifo "$out.in"
  valgrind --tool=callgrind --separate-threads=yes --smc-check=all-non-file --callgrind-out-file="$out.cg" \
    --vex-iropt-register-updates=allregs-at-each-insn --px-file-backed=unwindregs-at-mem-access \
    "${server[@]}" <>"$out.in" >"$out.log" 2>&1 &
  pid=$!
  pids+=("$pid")
  for _ in $(seq 600); do
    grep -q '^listening on' "$out.log" && break
    kill -0 "$pid" 2>/dev/null || { cat "$out.log" >&2; exit 1; }
    read -r -t 0.1 <> <(:) || true # a tenth of a second
  done
  if [ "$name" = floor ]; then
    LOAD_PID=''
  else
    port=$(sed -n 's/^listening on .*:\([0-9]*\).*/\1/p' "$out.log" | head -1)
    coproc LOAD { exec "${java[@]}" --enable-native-access=ALL-UNNAMED dev.loompoll.bench.load.LoadMain 2>>"$out.load"; }
    pids+=("$LOAD_PID")
    ask open s 127.0.0.1 "$port" "$connections" 64
  fi
  load "$((warmup * 1000))"
  best='' least=''
  for _ in $(seq "$rounds"); do
    callgrind_control -z "$pid" >/dev/null 2>&1
    load 5000
    callgrind_control -d "$pid" >/dev/null 2>&1
    count=$(sed -n 's/.*"units":\([0-9]*\).*/\1/p' <<<"$answer")
    # One file a thread; the last dump's have the highest number before the dash.
    dump=$(find "$work" -name "$name.cg.*-*" -printf '%f\n' | sed 's/.*\.\([0-9]*\)-.*/\1/' | sort -n | tail -1)
    ours=0 all=0
    while read -r thread task; do
      file=$out.cg.$dump-$(printf %02d "$thread")
      ir=$(sed -n 's/^totals: //p' "$file" 2>/dev/null) || ir=0
      all=$((all + ${ir:-0}))
      case $(cat "/proc/$pid/task/$task/comm" 2>/dev/null) in
        loompoll-m* | loompoll-poll* | ForkJoinPool-* | floor) ours=$((ours + ${ir:-0})) ;;
      esac
    done < <(vgdb --pid="$pid" v.info scheduler 2>&1 |
      sed -n 's/^Thread \([0-9]*\):.*(lwpid \([0-9]*\)).*/\1 \2/p')
    if [ "${count:-0}" -eq 0 ] || [ "$ours" -eq 0 ]; then
      echo "no figures: $answer" >&2
      exit 1
    fi
    each=$((ours / count)) sum=$((all / count))
    echo "$name: $count echoes, $each instructions each, $sum with all threads" >&2
    [ -n "$best" ] && [ "$best" -le "$each" ] || best=$each
    [ -n "$least" ] && [ "$least" -le "$sum" ] || least=$sum
  done
  printf '%-20s %6d user instructions an echo, %d with all threads (%d connections, 64 bytes, least of %d rounds)\n' \
    "$name" "$best" "$least" "$connections" "$rounds"
  # shellcheck disable=SC2086 # may be empty
  kill "$pid" $LOAD_PID 2>/dev/null || true
  # shellcheck disable=SC2086
  wait "$pid" $LOAD_PID 2>/dev/null || true
done
