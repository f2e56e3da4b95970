#!/usr/bin/env bash
# Prints where Istio's custom resource definitions are, as its own module has them:  crds.sh
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
for part in common packages go; do
  # shellcheck source=/dev/null # the parts that find a Go toolchain
  source "$here/../../cluster/lib/$part.sh"
done
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator
use_go
cd "$here"
# Checked against go.sum.
folder=$(go mod download -json istio.io/api | sed -nE 's/^\t"Dir": "(.*)",$/\1/p')
printf '%s\n' "$folder/kubernetes/customresourcedefinitions.gen.yaml"
