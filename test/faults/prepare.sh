#!/bin/bash
# Makes a cluster ready for test_faults: the CRDs, and the registry's image under two names.
#
#   prepare.sh CLUSTER ARCHIVE IMAGE OTHER-IMAGE    with ARCHIVE of the image, which is called IMAGE in it
set -euo pipefail

name=${1:?usage: prepare.sh CLUSTER ARCHIVE IMAGE OTHER-IMAGE}
archive=$2 image=$3 other=$4
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cluster=$root/test/cluster/cluster

"$cluster" kubectl --name "$name" apply --server-side -k "$root/config/crd"
"$cluster" kubectl --name "$name" wait --for=condition=Established --timeout=60s \
  crd/registries.mcpregistry.dev crd/mcptools.mcpregistry.dev

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/image"
tar -xf "$archive" -C "$work/image"
grep -qF "\"$image\"" "$work/image/manifest.json" || {
  echo "prepare.sh: $archive does not hold $image: make images" >&2
  exit 1
}
sed -i "s|\"$image\"|\"$image\",\"$other\"|" "$work/image/manifest.json"
tar -cf "$work/both.tar" -C "$work/image" .
"$cluster" load-image --name "$name" "$work/both.tar"
