# Messages. Progress goes to standard error: standard output holds what a caller may read.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }

fail() {
  printf 'cluster: %s\n' "$*" >&2
  exit 1
}

# until_true SECONDS COMMAND...: repeats COMMAND until it succeeds; false after SECONDS, or when the cluster ended.
until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)) || ! cluster_runs; then return 1; fi
    sleep 0.1
  done
}

# go_machine: the machine as Go and container images call it.
go_machine() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) fail "clusters run on x86_64 and aarch64, not on $(uname -m)" ;;
  esac
}
