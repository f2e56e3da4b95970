#!/usr/bin/env bash
# Builds the issuer of the tests unless that was done before, and prints its path.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cluster=$(cd "$here/../../cluster" && pwd)
for part in common packages go; do
  # shellcheck disable=SC1090 # the cluster's own files, checked on their own
  source "$cluster/lib/$part.sh"
done
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator
# shellcheck disable=SC2034 # for use_go
go_minimum=1.26.0 # the "go" line of go.mod
program=$cache/issuer-$(cat "$here"/{go.mod,go.sum,main.go} | sha256sum | head -c 16)
if [[ ! -x $program ]]; then
  mkdir -p "$cache"
  use_go
  say "building the OpenID Connect issuer of the tests"
  (cd "$here" && go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$program.$$" .) >&2
  mv "$program.$$" "$program"
fi
printf '%s\n' "$program"
