#!/usr/bin/env bash
# Every command of every document, on the node of TOOLHIVE_CLUSTER:  commands.sh BUILD_DIR [WORDS]
# The images are those of build/images. With WORDS only the documents with them in their names. commands/*.yaml say what is done with each
# command. The last line is "commands: N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(readlink -f "$here/../..")
cluster=$root/test/cluster/cluster
name=${TOOLHIVE_CLUSTER:?start this through test/run.sh commands}
build=$(readlink -f "${1:?usage: commands.sh BUILD_DIR [WORDS]}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$("$cluster" build)" "$work/kubectl"
ln -s "$("$root/test/manifests/tools.sh" helm)" "$work/helm"
for program in kubectl-mcp mcp-registry mcp-bridge; do ln -s "$build/bin/$program" "$work/$program"; done
KUBECONFIG=$("$cluster" kubeconfig --name "$name")
export KUBECONFIG
# The documents' shells have a home of their own, and what was fetched and compiled before is not there.
export XDG_CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache} CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache}
unset IMAGE_PREFIX IMAGE_TAG OPERATOR_IMAGE REGISTRY_IMAGE BRIDGE_IMAGE NAMESPACE KUBECTL MAKEFLAGS MAKELEVEL
"$cluster" load-image --name "$name" "$root"/build/images/{toolhive-operator,mcp-registry,mcp-bridge,weather}.tar
# In the cluster's network: the ports that documents name are free there, and Services have their names.
PATH="$work:$PATH" PYTHONDONTWRITEBYTECODE=1 "$cluster" exec --name "$name" -- \
  /usr/bin/python3 "$here/run_commands.py" "$root" "${2:-}"
