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
# The documents' shells have a home of their own, and what was fetched and compiled before is not there.
export XDG_CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache} CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache}
# Two documents start clusters: one of this name, and those of this folder.
export OTHER_CLUSTER=$name-other OTHER_CLUSTERS=$work/clusters
trap '"$cluster" down --name "$OTHER_CLUSTER"; rm -rf "$work"' EXIT
ln -s "$("$cluster" build)" "$work/kubectl"
ln -s "$("$root/test/manifests/tools.sh" helm)" "$work/helm"
"$root/test/manifests/tools.sh" krew
for program in kubectl-mcp mcp-registry mcp-bridge; do ln -s "$build/bin/$program" "$work/$program"; done
KUBECONFIG=$("$cluster" kubeconfig --name "$name")
export KUBECONFIG
# In the cluster's network nothing can be fetched.
for program in "stores/s3 s3" "integration/issuer issuer"; do "$root/test/lib/build_go.sh" "$root/test/${program% *}" "${program#* }"; done
unset IMAGE_PREFIX IMAGE_TAG OPERATOR_IMAGE REGISTRY_IMAGE BRIDGE_IMAGE NAMESPACE KUBECTL MAKEFLAGS MAKELEVEL
"$cluster" load-image --name "$name" "$root"/build/images/{toolhive-operator,mcp-registry,mcp-bridge,weather}.tar

export PATH=$work:$PATH PYTHONDONTWRITEBYTECODE=1
run=(/usr/bin/python3 "$here/run_commands.py" "$root")
"${run[@]}" machine "${2:-}" | tee "$work/machine" || true
# In the cluster's network: the ports that documents name are free there, and Services have their names.
"$cluster" exec --name "$name" -- "${run[@]}" cluster "${2:-}" | tee "$work/cluster" || true
passed=0 failed=0
for network in machine cluster; do
  if [[ $(tail -n 1 "$work/$network") =~ ^commands:\ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
  else
    failed=$((failed + 1)) # It has ended before its end.
  fi
done
echo "commands: $passed passed, $failed failed"
((failed == 0 && passed > 0))
