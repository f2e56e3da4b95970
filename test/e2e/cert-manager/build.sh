#!/usr/bin/env bash
# Builds the program in this folder unless that was done before; prints its path, and that of a folder with the CRDs of the same version.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
module=github.com/cert-manager/cert-manager
program=$("$here/../../lib/build_go.sh" "$here" cert-manager)
crds=$program-crds
if [[ ! -d $crds ]]; then
  cluster=$here/../../cluster
  for part in common packages go; do
    # shellcheck disable=SC1090 # the cluster's own files, checked on their own
    source "$cluster/lib/$part.sh"
  done
  # shellcheck disable=SC2034 # for use_go and what it calls
  cache=$(dirname "$program") go_minimum=$(sed -n 's/^go //p' "$here/go.mod")
  use_go
  source=$(cd "$here" && go mod download "$module" >&2 && go list -m -f '{{.Dir}}' "$module")
  mkdir -p "$crds.$$"
  # Not those for ACME, whose controllers the program does not have.
  cp "$source"/deploy/crds/cert-manager.io_*.yaml "$crds.$$"
  chmod -R u+w "$crds.$$"
  mv -T "$crds.$$" "$crds"
fi
printf '%s\n' "$program" "$crds"
