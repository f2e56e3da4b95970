#!/bin/bash
# Makes ready what test_faults needs and cannot fetch from inside the cluster's network: the fault proxy; in the cluster the CRDs, those
# of the Prometheus operator among them, the image of a server, and the registry's under two names, so that a change of image has the same content.
#
#   prepare.sh CLUSTER
set -euo pipefail

name=${1:?usage: prepare.sh CLUSTER}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cluster=$root/test/cluster/cluster
# As harness/operator_process.hpp has them.
image=localhost/mcp-registry:$("$root/config/version.sh") other=localhost/mcp-registry:faults

"$root/test/faults/proxy/build.sh" >/dev/null
"$cluster" kubectl --name "$name" apply --server-side -k "$root/config/crd"
"$cluster" kubectl --name "$name" apply --server-side -f "$root/test/faults/data/monitoring-crds.yaml"
"$cluster" kubectl --name "$name" wait --for=condition=Established --timeout=60s \
  crd/registries.mcpregistry.dev crd/mcptools.mcpregistry.dev \
  crd/registrybackups.mcpregistry.dev crd/servicemonitors.monitoring.coreos.com crd/prometheusrules.monitoring.coreos.com

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/image"
tar -xf "$root/build/images/mcp-registry.tar" -C "$work/image"
grep -qF "\"$image\"" "$work/image/manifest.json" || {
  echo "prepare.sh: build/images/mcp-registry.tar does not hold $image: make images" >&2
  exit 1
}
sed -i "s|\"$image\"|\"$image\",\"$other\"|" "$work/image/manifest.json"
tar -cf "$work/both.tar" -C "$work/image" .
"$cluster" load-image --name "$name" "$work/both.tar" "$root"/build/images/{weather,hostile}.tar
