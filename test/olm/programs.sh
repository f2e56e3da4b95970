#!/usr/bin/env bash
# Builds the programs that are named, once, and prints where they are, one a line:  programs.sh NAME...
#
#   olm, catalog    the two operators of the Operator Lifecycle Manager
#   opm             which serves catalogues
#   cpb             which the Operator Lifecycle Manager has in the images of its Jobs
#   olm-crds        which prints its CRDs
#   image-registry  from which the node pulls images
#
# They come as Go modules, verified by their checksums, and are kept in the cache as the cluster's are.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
for part in common packages go build; do
  # shellcheck source=/dev/null # the parts that build Go programs
  source "$here/../cluster/lib/$part.sh"
done
lifecycle_manager=github.com/operator-framework/operator-lifecycle-manager
registry=github.com/operator-framework/operator-registry
version=$(sed -nE "s|^\t$lifecycle_manager (v[0-9.]+)$|\1|p" "$here/programs/go.mod")
opm_version=$(sed -nE "s|^\t$registry (v[0-9.]+)$|\1|p" "$here/programs/go.mod")
link_flags+=([olm]="-X $lifecycle_manager/pkg/version.OLMVersion=${version#v}" [catalog]="-X $lifecycle_manager/pkg/version.OLMVersion=${version#v}"
  [opm]="-X $registry/cmd/opm/version.opmVersion=$opm_version" [cpb]="" [olm-crds]="" [image-registry]="")
title+=([olm]="OLM's operator $version" [catalog]="OLM's catalog operator $version" [opm]="opm $opm_version" [cpb]="OLM's cpb"
  [olm-crds]="OLM's CRDs" [image-registry]="the image registry")
module+=([olm]=programs [catalog]=programs [opm]=programs [cpb]=programs [olm-crds]=programs [image-registry]=programs)
package+=([olm]=$lifecycle_manager/cmd/olm [catalog]=$lifecycle_manager/cmd/catalog [opm]=$registry/cmd/opm [cpb]=$lifecycle_manager/util/cpb
  [olm-crds]=./crds [image-registry]=./registry)
# What opm reads image registries with would want C libraries for signatures and for file systems, which nothing here uses.
build_tags+=([opm]="json1,containers_image_openpgp,exclude_graphdriver_btrfs,exclude_graphdriver_devicemapper")
for name in "$@"; do
  build_program "$name"
  program_path "$name"
done
