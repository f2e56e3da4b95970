#!/usr/bin/env bash
# Builds the programs that the tests of manifests/ need, once, and prints where they are, one a line:  tools.sh NAME...
# They come as Go modules, verified by their checksums, and are kept in the cache as the cluster's are.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
for part in common packages go build; do
  # shellcheck source=/dev/null # the parts that build Go programs
  source "$here/../cluster/lib/$part.sh"
done
helm_version=$(sed -nE 's|.*helm\.sh/helm/v3 (v[0-9.]+).*|\1|p' "$here/tools/go.mod")
link_flags+=([helm]="-X helm.sh/helm/v3/internal/version.version=$helm_version" [validate]="" [krew]="" [validate-krew-manifest]="")
title+=([helm]="Helm $helm_version" [validate]="the validators of bundles" [krew]="krew" [validate-krew-manifest]="krew's validator")
module+=([helm]=tools [validate]=tools [krew]=krew [validate-krew-manifest]=krew)
package+=([helm]=helm.sh/helm/v3/cmd/helm [validate]=./validate [krew]=sigs.k8s.io/krew/cmd/krew
  [validate-krew-manifest]=sigs.k8s.io/krew/cmd/validate-krew-manifest)
for name in "$@"; do
  build_program "$name"
  program_path "$name"
done
