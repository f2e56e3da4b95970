# The cluster's programs: built once, kept in the cache by what they are built from.
# shellcheck shell=bash

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator

kubernetes_version=v1.34.4
version_package=k8s.io/component-base/version
declare -A link_flags=(
  [kubernetes]="-X $version_package.gitVersion=$kubernetes_version -X $version_package.gitMajor=1 -X $version_package.gitMinor=34"
  [coredns]="" [probe]="" [sandbox]="")
declare -A build_note=(
  [kubernetes]="Kubernetes $kubernetes_version (6 minutes on two cores)" [coredns]="CoreDNS (a minute)" [probe]="the test's program" [sandbox]="the sandbox")

# program_path NAME: where the program is, or will be after build_program.
program_path() {
  local key
  key=$(cd "$here/$1" &&
    { find . \( -name '*.go' -o -name 'go.*' \) -type f | sort | xargs sha256sum && echo "${link_flags[$1]}"; } | sha256sum)
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
    say "building ${build_note[$name]}"
    if ! (cd "$here/$name" && go build -trimpath -buildvcs=false -ldflags "-s -w ${link_flags[$name]}" -o "$program.new" .) \
      >"$cache/$name.log" 2>&1; then
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

# build_programs MODE
build_programs() {
  build_program sandbox
  build_program kubernetes
  if [[ $1 == node ]]; then build_program coredns; fi
}
