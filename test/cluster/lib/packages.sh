# Programs that a cluster needs, and the Debian packages that have them.
# shellcheck shell=bash

control_plane_programs=(curl:curl ip:iproute2 openssl:openssl nsenter:util-linux flock:util-linux setpriv:util-linux)
node_programs=(containerd:containerd runc:runc nft:nftables catatonit:catatonit /usr/lib/cni/ptp:containernetworking-plugins)

# missing_packages PROGRAM:PACKAGE...: one package per line.
missing_packages() {
  local entry
  for entry; do
    command -v "${entry%:*}" >/dev/null || printf '%s\n' "${entry#*:}"
  done | sort -u
}

require_root() {
  [[ $EUID -eq 0 ]] ||
    fail "root is needed to make namespaces and cgroups: run 'sudo $0 ...', or use a cluster of your own through KUBECONFIG"
}

# require_packages MODE
require_packages() {
  local programs=("${control_plane_programs[@]}") packages
  if [[ $1 == node ]]; then programs+=("${node_programs[@]}"); fi
  mapfile -t packages < <(missing_packages "${programs[@]}")
  if ((${#packages[@]} > 0)); then install_packages "${packages[@]}"; fi
}

# A service that a package starts on the host does no harm: a cluster runs its own containerd in its own namespaces.
install_packages() {
  [[ $EUID -eq 0 ]] || fail "missing packages: run 'sudo apt-get install --no-install-recommends $*'"
  command -v apt-get >/dev/null || fail "missing programs, to be found in the packages $* (by their Debian names)"
  say "installing Debian packages: $*"
  local apt=(apt-get -q -o DPkg::Lock::Timeout=300) log
  log=$(mktemp)
  if ! { "${apt[@]}" update && DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "$@"; } \
    </dev/null >"$log" 2>&1; then
    tail -20 "$log" >&2
    rm -f "$log"
    fail "apt-get could not install: $*"
  fi
  rm -f "$log"
}
