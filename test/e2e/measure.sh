#!/usr/bin/env bash
# Prints what the main job costs on a running cluster with the operator in it: times from `kubectl apply` to Ready, resident memory of
# both programs, sizes of the images.
#
#   measure.sh CLUSTER      with CLUSTER the name of a cluster of test/cluster, into which `make deploy` was done
set -euo pipefail

cluster_name=${1:?usage: measure.sh CLUSTER}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cluster=$root/test/cluster/cluster
rounds=${ROUNDS:-5}
operator_namespace=${NAMESPACE:-toolhive-system}
namespace=measure-$$
KUBECONFIG=$("$cluster" kubeconfig --name "$cluster_name")
export KUBECONFIG
kubectl=$("$cluster" build | tail -n 1)
trap '"$kubectl" delete namespace "$namespace" --wait=false >/dev/null 2>&1' EXIT

now() { date +%s%N; }
median() { sort -n | awk '{v[NR] = $1} END {printf "%.2f s (median of %d, %.2f to %.2f)\n", v[int((NR + 1) / 2)], NR, v[1], v[NR]}'; }

# ready_after FILE KIND/NAME: seconds from the apply to the condition.
ready_after() {
  local start
  start=$(now)
  "$kubectl" -n "$namespace" apply -f "$1" >/dev/null
  "$kubectl" -n "$namespace" wait --for=condition=Ready "$2" --timeout=180s >/dev/null
  awk -v ns=$(($(now) - start)) 'BEGIN {printf "%.3f\n", ns / 1e9}'
}

# memory PROGRAM CONTAINER-ID: VmRSS and its private part.
memory() {
  local proc
  for proc in /proc/[0-9]*; do
    if grep -qs "/${2#*://}" "$proc/cgroup"; then
      awk -v name="$1" '/^VmRSS|^RssAnon/ {kb[$1] = $2}
        END {printf "%-18s %6.1f MiB resident, %.1f MiB of it its own\n", name, kb["VmRSS:"] / 1024, kb["RssAnon:"] / 1024}' "$proc/status"
    fi
  done
}
containers() { "$kubectl" -n "$1" get pods -l "$2" -o jsonpath='{range .items[*]}{.status.containerStatuses[0].containerID}{"\n"}{end}'; }

"$kubectl" create namespace "$namespace" >/dev/null
registry_times=() tool_times=()
for ((i = 1; i <= rounds; i++)); do
  registry_times+=("$(ready_after "$root/config/samples/registry.yaml" registry/mcp-registry)")
  tool_times+=("$(ready_after "$root/config/samples/mcptool.yaml" mcptool/weather)")
  if ((i < rounds)); then
    "$kubectl" -n "$namespace" delete mcptool/weather registry/mcp-registry >/dev/null
    "$kubectl" -n "$namespace" wait --for=delete pod -l app.kubernetes.io/instance=mcp-registry --timeout=180s >/dev/null
    "$kubectl" -n "$namespace" delete pvc --all >/dev/null
  fi
done
printf 'apply to Registry Ready: '
printf '%s\n' "${registry_times[@]}" | median
printf 'apply to MCPTool Ready:  '
printf '%s\n' "${tool_times[@]}" | median

for id in $(containers "$operator_namespace" app.kubernetes.io/name=toolhive-operator); do memory toolhive-operator "$id"; done
for id in $(containers "$namespace" app.kubernetes.io/instance=mcp-registry); do memory mcp-registry "$id"; done
for name in toolhive-operator mcp-registry; do
  awk -v name="$name" -v bytes="$(stat -c %s "$root/build/images/$name.tar")" \
    'BEGIN {printf "%-18s %6.1f MB image, uncompressed\n", name, bytes / 1e6}'
done
