# shellcheck shell=bash
# For the benches whose driver and peers are Go programs in controllers/: fetches Go where it is missing or too old, and builds them.
# Expects $sources, the folder controllers/, and $cache, where programs are kept.
# shellcheck disable=SC2154 # both are set by who sources this
for part in common packages go; do
  # shellcheck disable=SC1090 # the cluster's own files, checked on their own
  source "$sources/../../cluster/lib/$part.sh"
done
# shellcheck disable=SC2034 # for use_go
go_minimum=1.26.0 # the "go" line of controllers/go.mod

# cached NAME PATH...: where the program built from these files is kept.
cached() {
  local name=$1
  shift
  printf '%s/%s-%s\n' "$cache" "$name" \
    "$(cd "$sources" && find "$@" -type f -not -path '*/target/*' | sort | xargs sha256sum | sha256sum | head -c 16)"
}

# build_go NAME PACKAGE: prints the program's path.
build_go() {
  local program
  program=$(cached "$1" go.mod go.sum "$2")
  if [[ ! -x $program ]]; then
    say "building $1 (a minute or two the first time)"
    (cd "$sources" && go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$program.new" "./$2") >&2
    mv "$program.new" "$program"
  fi
  printf '%s\n' "$program"
}

mkdir -p "$cache"
use_go
