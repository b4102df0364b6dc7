#!/usr/bin/env bash
# Do the tests notice? Seeds the bugs of scripts/seeded-bugs one at a time into a copy of the last commit, and runs for each
# the test that has to fail then. Fails if one does not, and before all that if one of those tests fails without any bug.
# Arguments: which bugs, by the beginnings of their names, as in scripts/seeded-bugs.sh 06 10b; without any, all of them.
# -l lists them. -n leaves out the run without a bug.
#
# A patch names its test in its head:  Test: MODE NAME  where MODE is
#   scheduler, fallback   a test of the core in this mode, as -Dtest takes it
#   stress                a jcstress test
set -euo pipefail

root=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
patches=$root/scripts/seeded-bugs

mode_of() { sed -n 's/^Test: \([a-z]*\) .*/\1/p;/^$/q' "$1"; }
test_of() { sed -n 's/^Test: [a-z]* //p;/^$/q' "$1"; }
text_of() { sed -n 's/^Bug: //p;/^$/q' "$1"; }

without_bug=yes
while getopts ln option; do
  case $option in
    l)
      for patch in "$patches"/*.patch; do
        printf '%-34s %s\n' "$(basename "$patch" .patch)" "$(text_of "$patch")"
      done
      exit 0
      ;;
    n) without_bug= ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))

chosen=()
for patch in "$patches"/*.patch; do
  name=$(basename "$patch" .patch)
  [ $# -gt 0 ] || chosen+=("$patch")
  for beginning in "$@"; do
    case $name in "$beginning"*) chosen+=("$patch") && break ;; esac
  done
done
if [ "${#chosen[@]}" -eq 0 ]; then
  echo "seeded-bugs: no bug's name begins with: $*" >&2
  exit 2
fi

# shellcheck source=scripts/find-jdk.sh
. "$root/scripts/find-jdk.sh"
find_jdk || exit 1
command -v mvn >/dev/null || {
  echo "seeded-bugs: needs Maven: no mvn on PATH (package maven)" >&2
  exit 1
}

temp=$(mktemp -d)
tree=$temp/tree
log=$temp/log
trap 'git -C "$root" worktree remove --force "$tree" 2>/dev/null || true; rm -rf "$temp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
git -C "$root" worktree add --quiet --detach "$tree" HEAD

# No static checks: they would find some of these bugs, and leave the tests without work. A hang is a failure soon.
maven() {
  (cd "$tree" && mvn -B -ntp -Dstyle.color=never -Dfast -Dtest.timeout=300 \
    -Djunit.jupiter.execution.timeout.default=10s "$@") </dev/null >"$log" 2>&1
}

# Runs tests of one mode; -Dtest takes a list with commas, jcstress a regular expression.
run_tests() {
  local mode=$1 tests=$2
  case $mode in
    scheduler) maven -pl loompoll-core test-compile surefire:test@default-test "-Dtest=$tests" ;;
    fallback) maven -pl loompoll-core test-compile surefire:test@fallback-test "-Dtest=$tests" ;;
    stress)
      maven -pl loompoll-stress -am -DskipTests verify "-Dstress.tests=${tests//,/|}" \
        "-Dstress.seconds=${3:-20}" -Dstress.modes=all
      ;;
    *)
      echo "unknown mode: $mode" >"$log"
      return 1
      ;;
  esac
}

# A failure must be that of a test: neither of the compiler, nor for want of such a test.
a_test_failed() {
  if [ "$1" = stress ]; then
    a_test_ran stress && grep -q 'Failed to execute goal .*:exec-maven-plugin' "$log" && ! grep -q 'not run, needs more CPUs' "$log"
  else
    grep -qE 'Tests run: .*(Failures|Errors): [1-9]|There was a timeout|The forked VM terminated' "$log"
  fi
}

a_test_ran() {
  if [ "$1" = stress ]; then
    grep -qE '^[1-9][0-9]* jcstress tests' "$log"
  else
    grep -qE 'Tests run: [1-9]' "$log"
  fi
}

status=0
complain() {
  printf '%-34s %s; the end of the log:\n' "$1" "$2"
  tail -n 30 "$log" | sed 's/\x1b\[[0-9;]*m//g;s/^/    /'
  echo # some Mavens end with an escape sequence and no newline
  status=1
}

start=$SECONDS
if [ -n "$without_bug" ]; then
  for mode in scheduler fallback stress; do
    tests=$(for patch in "${chosen[@]}"; do
      [ "$(mode_of "$patch")" != "$mode" ] || test_of "$patch"
    done | sort -u | paste -sd,)
    [ -n "$tests" ] || continue
    before=$SECONDS
    count=$(tr ',' '\n' <<<"$tests" | wc -l)
    if run_tests "$mode" "$tests" $((10 + 5 * count)) && a_test_ran "$mode"; then
      printf '%-34s %-60s %4d s\n' "(no bug)" "$count tests pass ($mode)" $((SECONDS - before))
    else
      complain "(no bug)" "a test fails without any bug, or there is none of that name"
      exit 1
    fi
  done
fi

for patch in "${chosen[@]}"; do
  name=$(basename "$patch" .patch)
  mode=$(mode_of "$patch")
  test=$(test_of "$patch")
  before=$SECONDS
  if ! git -C "$tree" apply "$patch" 2>"$log"; then
    complain "$name" "DOES NOT APPLY: the code has changed, and the patch must follow"
    continue
  fi
  if run_tests "$mode" "$test" && a_test_ran "$mode"; then
    complain "$name" "NOT CAUGHT by $test ($mode)"
  elif a_test_failed "$mode"; then
    printf '%-34s %-60s %4d s\n' "$name" "caught by $test ($mode)" $((SECONDS - before))
  else
    complain "$name" "CANNOT BE BUILT OR RUN"
  fi
  git -C "$tree" apply -R "$patch"
done

echo "${#chosen[@]} bugs in $((SECONDS - start)) s"
[ "$status" -eq 0 ] || echo "seeded-bugs: FAILED" >&2
exit "$status"
