#!/usr/bin/env bash
# Installs the operator in the cluster TOOLHIVE_CLUSTER as the Operator Lifecycle Manager renders the bundle for all namespaces, or, with
# TOOLHIVE_OWN_NAMESPACE, for its own, with the images of build/images:  install.sh
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cluster=$here/../cluster/cluster
name=${TOOLHIVE_CLUSTER:?start this through test/run.sh rights}
KUBECTL=$("$cluster" build)
KUBECONFIG=$("$cluster" kubeconfig --name "$name")
export KUBECTL KUBECONFIG
"$cluster" load-image --name "$name" "$here"/../../build/images/{toolhive-operator,mcp-registry,mcp-bridge,weather}.tar
PYTHONPATH="$here/../manifests:$here/../lib" PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$here/install.py"
