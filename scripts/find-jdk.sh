# Sourced by ./loompoll and ./test:  find_jdk || exit 1  sets and exports JAVA_HOME to a JDK 25.
# Looks in LOOMPOLL_JAVA_HOME, JAVA_HOME, PATH, then the usual places; LOOMPOLL_JDK_SEARCH (globs,
# colon-separated, may be empty) replaces the usual places, so that tests can hide a JDK.
# shellcheck shell=bash

# Prints the version of the JDK in $1 ("25.0.4"), or fails when there is none.
jdk_version() {
  local version=
  [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] || return 1
  if [ -r "$1/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$1/release")
  fi
  if [ -z "$version" ]; then # some distributions ship no release file
    version=$("$1/bin/java" -version 2>&1 </dev/null | sed -n '1s/.*"\(.*\)".*/\1/p')
  fi
  [ -n "$version" ] && printf '%s\n' "$version"
}

# Prints one candidate home a line, best first.
jdk_candidates() {
  local java usual glob
  [ -z "${LOOMPOLL_JAVA_HOME:-}" ] || printf '%s\n' "$LOOMPOLL_JAVA_HOME"
  [ -z "${JAVA_HOME:-}" ] || printf '%s\n' "$JAVA_HOME"
  if java=$(command -v java); then
    java=$(readlink -f "$java") && printf '%s\n' "${java%/bin/java}"
  fi
  usual='/usr/lib/jvm/*:/opt/*:/usr/java/*'
  usual=$usual:${HOME:-/nonexistent}'/.sdkman/candidates/java/*'
  usual=$usual:'/Library/Java/JavaVirtualMachines/*/Contents/Home'
  usual=${LOOMPOLL_JDK_SEARCH-$usual}
  while [ -n "$usual" ]; do
    glob=${usual%%:*}
    # compgen expands the glob without splitting a directory name at a space.
    compgen -G "$glob" || true
    case $usual in *:*) usual=${usual#*:} ;; *) usual= ;; esac
  done
}

find_jdk() {
  local home version found=
  while IFS= read -r home; do
    home=$(cd -P -- "$home" 2>/dev/null && pwd) || continue
    version=$(jdk_version "$home") || continue
    case $version in
      25 | 25.* | 25-* | 25+*)
        export JAVA_HOME=$home
        return 0
        ;;
    esac
    case "$found, " in
      *" in $home, "*) ;; # the same one by another road
      *) found="${found:+$found, }$version in $home" ;;
    esac
  done < <(jdk_candidates)
  printf 'loompoll needs JDK 25 (25.0.4 or newer is best); found %s; %s\n' "${found:-no JDK}" \
    'install one (package openjdk-25-jdk or temurin-25-jdk, or https://adoptium.net) and, if it is in an unusual place, set LOOMPOLL_JAVA_HOME to its directory' >&2
  return 1
}
