#!/usr/bin/env bash
# What is installed from manifests/, at work on the node of TOOLHIVE_CLUSTER:  node.sh [WORDS]
# The images are those of build/images. With WORDS only the tests with them in their names. The last line is
# "installed: N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cluster=$here/../cluster/cluster
name=${TOOLHIVE_CLUSTER:?start this through test/run.sh installed}
KUBECTL=$("$cluster" build)
HELM=$("$here/tools.sh" helm)
KUBECONFIG=$("$cluster" kubeconfig --name "$name")
export KUBECTL HELM KUBECONFIG
unset IMAGE_PREFIX IMAGE_TAG OPERATOR_IMAGE REGISTRY_IMAGE BRIDGE_IMAGE NAMESPACE
"$cluster" load-image --name "$name" "$here"/../../build/images/{toolhive-operator,mcp-registry,mcp-bridge,weather}.tar
PYTHONPATH="$here:$here/../lib" PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$here/node_run.py" "${1:-}"
