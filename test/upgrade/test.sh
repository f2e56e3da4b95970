#!/usr/bin/env bash
# From the version that was released last to this tree, with resources in place, on the node of TOOLHIVE_CLUSTER:  test.sh BUILD_DIR [WORDS]
# With WORDS only the tests with them in their names. The last line is "upgrade: N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cluster=$here/../cluster/cluster
name=${TOOLHIVE_CLUSTER:?start this through test/run.sh upgrade}
OUT=$(readlink -m "$here/../../build/upgrade")
KUBECTL=$("$cluster" build)
KUBECONFIG=$("$cluster" kubeconfig --name "$name")
export OUT KUBECTL KUBECONFIG CLUSTER=$cluster
unset IMAGE_PREFIX IMAGE_TAG OPERATOR_IMAGE REGISTRY_IMAGE BRIDGE_IMAGE NAMESPACE
mapfile -t tools < <("$here/../manifests/tools.sh" helm)
export HELM=${tools[0]}
"$here/build.sh" "${1:?usage: test.sh BUILD_DIR [WORDS]}" "$OUT"
for version in old new; do
  "$cluster" load-image --name "$name" "$OUT/$version"/build/images/{toolhive-operator,mcp-registry,mcp-bridge}.tar
done
"$cluster" load-image --name "$name" "$OUT/weather.tar"
PYTHONPATH="$here:$here/../manifests:$here/../lib" PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$here/run.py" "${2:-}"
