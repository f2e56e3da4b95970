# The cluster's programs: built once, kept in the cache by what they are built from.
# shellcheck shell=bash

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator

# The versions of Kubernetes that a cluster can have, and for each the program that holds its API server and its controller manager.
# All else is of the newest: etcd, kubectl, and what makes a node.
# shellcheck disable=SC2034 # up.sh and cluster go by it
newest_version=1.34
declare -A control_plane_program=([1.34]=kubernetes [1.25]=kubernetes-1.25)

version_package=k8s.io/component-base/version
declare -A link_flags=(
  [kubernetes]="-X $version_package.gitVersion=v1.34.4 -X $version_package.gitMajor=1 -X $version_package.gitMinor=34"
  # There the API server has what it says at /version from another package.
  [kubernetes-1.25]="-X $version_package.gitVersion=v1.25.4 -X k8s.io/client-go/pkg/version.gitVersion=v1.25.4"
  [coredns]="" [probe]="" [sandbox]="")
declare -A title=([kubernetes]="Kubernetes 1.34.4" [kubernetes-1.25]="Kubernetes 1.25.4" [coredns]="CoreDNS" [probe]="the test's program" [sandbox]="the sandbox")
# Without the clouds that Kubernetes had in itself: a seventh of the packages.
declare -A build_tags=([kubernetes-1.25]=providerless)

# The folder of a program's module and the package in it, where they are not the program's name and the module itself.
declare -A module=() package=()

# program_path NAME: where the program is, or will be after build_program.
program_path() {
  local key
  key=$(cd "$here/${module[$1]:-$1}" &&
    { find . \( -name '*.go' -o -name 'go.*' \) -type f | sort | xargs sha256sum && echo "${link_flags[$1]}${build_tags[$1]:-}"; } | sha256sum)
  printf '%s/%s-%s\n' "$cache" "$1" "${key:0:16}"
}

build_program() {
  local name=$1 program lock
  program=$(program_path "$name")
  if [[ -x $program ]]; then
    touch "$program"
    return
  fi
  mkdir -p "$cache"
  exec {lock}>"$cache/$name.lock"
  if ! flock -n "$lock"; then
    say "waiting for another build of $name"
    flock "$lock"
  fi
  if [[ ! -x $program ]]; then
    use_go
    if ! compile "$name" "$program.new" {lock}>&-; then
      tail -n 20 "$cache/$name.log" >&2
      rm -f "$program.new"
      fail "building $name failed; the whole output is in $cache/$name.log"
    fi
    mv "$program.new" "$program"
    rm "$cache/$name.log"
    # What no cluster has used for a month was built from sources that are gone.
    find "$cache" -maxdepth 1 -name "$name-*" -mtime +30 -delete
  fi
  exec {lock}>&-
}

# compile NAME OUTPUT: with a line of the log for every package that is compiled.
compile() {
  local log=$cache/$1.log packages reporter status=0 started=$SECONDS
  say "${title[$1]}: fetching the sources"
  packages=$(cd "$here/${module[$1]:-$1}" && go list -tags "${build_tags[$1]:-}" -deps "${package[$1]:-.}" 2>"$log" | wc -l) || return 1
  report_progress "$1" "$packages" &
  reporter=$!
  # Debugging information would be compiled only to be dropped by the linker, and collecting garbage more seldom saves a fifth of the
  # compiler's time; the limit keeps it within a small machine.
  (cd "$here/${module[$1]:-$1}" && GOGC=400 GOMEMLIMIT=1GiB go build -v -tags "${build_tags[$1]:-}" -trimpath -buildvcs=false -gcflags=all=-dwarf=false \
    -ldflags "-s -w ${link_flags[$1]}" -o "$2" "${package[$1]:-.}") >"$log" 2>&1 || status=$?
  kill "$reporter" 2>/dev/null || true
  wait "$reporter" || true
  ((status != 0)) || say "${title[$1]}: built in $(minutes_since "$started")"
  return "$status"
}

# report_progress NAME PACKAGES: a line every 20 seconds, for as long as the shell lives.
report_progress() {
  local started=$SECONDS
  while sleep 20 2>/dev/null && kill -0 $$ 2>/dev/null; do
    say "${title[$1]}: $(wc -l <"$cache/$1.log") of $2 packages after $(minutes_since "$started")"
  done
}

minutes_since() { printf '%d:%02d' $(((SECONDS - $1) / 60)) $(((SECONDS - $1) % 60)); }

# build_programs MODE VERSION
build_programs() {
  build_program sandbox
  build_program kubernetes
  build_program "${control_plane_program[$2]}"
  if [[ $1 == node ]]; then build_program coredns; fi
}
