# A Go toolchain that can build the cluster's programs.
# shellcheck shell=bash

go_minimum=1.25.0 # the newest "go" line of the modules below test/cluster
go_pinned=1.26.8  # what is fetched where Go is missing or older

# use_go: puts a new enough go first in PATH.
use_go() {
  export GOTOOLCHAIN=local GOWORK=off GOFLAGS=-mod=readonly CGO_ENABLED=0
  if go_is_new_enough; then return; fi
  local root
  root=$(fetched_go) || exit 1
  PATH=$root/bin:$PATH
  go_is_new_enough || fail "the Go toolchain in $root does not run: remove that folder and try again"
}

go_is_new_enough() {
  local version
  version=$(go env GOVERSION 2>/dev/null) || return 1
  [[ $(printf '%s\n' "$go_minimum" "${version#go}" | sort -V | head -1) == "$go_minimum" ]]
}

# fetched_go: prints the root of the pinned toolchain. It comes as a Go module, checked against the checksum database,
# through any older go: the one of Debian 12 will do.
fetched_go() {
  local machine module root
  machine=$(go_machine)
  module=golang.org/toolchain@v0.0.1-go$go_pinned.linux-$machine
  root=$cache/go/$module
  if [[ ! -e $root/.complete ]]; then
    command -v go >/dev/null || install_packages golang-go ca-certificates >&2
    say "fetching Go $go_pinned (found: $(go env GOVERSION))"
    (cd / && GOMODCACHE=$cache/go GOFLAGS=-modcacherw go mod download "$module" >&2) ||
      fail "could not fetch Go $go_pinned: install Go $go_minimum or newer, or check GOPROXY ($(go env GOPROXY))"
    # A module has no executable files.
    chmod -R +x "$root/bin" "$root/pkg/tool"
    touch "$root/.complete"
  fi
  printf '%s\n' "$root"
}
