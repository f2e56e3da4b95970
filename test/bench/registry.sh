#!/usr/bin/env bash
# The registry beside nginx serving the same bytes and the official registry, in one run:  registry.sh BIN_DIR OUT_DIR
# Writes OUT_DIR/bench-registry.txt and .json. README.md says what is measured, and how.
# ROUNDS (3), SECONDS_EACH (2), TOOLS (10000), LARGE (100000; 0 for none) and CONNECTIONS (16,256) change what is done.
set -euo pipefail

bin=${1:?usage: registry.sh BIN_DIR OUT_DIR}
out=${2:?usage: registry.sh BIN_DIR OUT_DIR}
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/registry" && pwd)
here=$(cd "$sources/../../cluster" && pwd)
for part in common packages go; do
  # shellcheck disable=SC1090 # the cluster's own files, checked on their own
  source "$here/lib/$part.sh"
done
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator
# shellcheck disable=SC2034 # for use_go
go_minimum=1.26.0 # the "go" line of registry/go.mod

# build NAME PACKAGE: prints the program's path. What is built from the same files is kept.
build() {
  local program
  program=$cache/$1-$(cd "$sources" && find . -type f | sort | xargs sha256sum | sha256sum | head -c 16)
  if [[ ! -x $program ]]; then
    say "building $1 (a minute or two the first time)"
    (cd "$sources" && go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$program.new" "$2") >&2 || return 1
    mv "$program.new" "$program"
  fi
  printf '%s\n' "$program"
}

mkdir -p "$cache" "$out"
use_go
driver=$(build bench-registry-driver ./driver)
left_out='toolhive-registry-server: its Go module cannot be fetched by a version, so nothing could be pinned'
if ! official=$(build bench-registry-official github.com/modelcontextprotocol/registry/cmd/registry); then
  official='' left_out+=';the official registry: it could not be built, see above'
fi

"$driver" -registry "$bin/mcp-registry" -official "$official" -postgres "$sources/../../stores/postgres.sh" -left-out "$left_out" \
  -rounds "${ROUNDS:-3}" -seconds "${SECONDS_EACH:-2}" -tools "${TOOLS:-10000}" -large "${LARGE:-100000}" \
  -connections "${CONNECTIONS:-16,256}" -text "$out/bench-registry.txt" -json "$out/bench-registry.json"
