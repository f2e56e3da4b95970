#!/usr/bin/env bash
# Builds a Go program of the tests unless that was done before, and prints its path:  build_go.sh FOLDER NAME
set -euo pipefail

folder=$(cd "$1" && pwd)
name=$2
cluster=$(cd "$(dirname "${BASH_SOURCE[0]}")/../cluster" && pwd)
for part in common packages go; do
  # shellcheck disable=SC1090 # the cluster's own files, checked on their own
  source "$cluster/lib/$part.sh"
done
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator
# shellcheck disable=SC2034 # for use_go
go_minimum=$(sed -n 's/^go //p' "$folder/go.mod")
program=$cache/$name-$(cat "$folder"/{go.mod,go.sum,main.go} | sha256sum | head -c 16)
if [[ ! -x $program ]]; then
  mkdir -p "$cache"
  use_go
  say "building the program $name of the tests"
  # With the flags of the programs of clusters (test/cluster/lib/build.sh).
  (cd "$folder" && GOGC=400 GOMEMLIMIT=1GiB go build -trimpath -buildvcs=false -gcflags=all=-dwarf=false -ldflags '-s -w' -o "$program.$$" .) >&2
  mv "$program.$$" "$program"
fi
printf '%s\n' "$program"
