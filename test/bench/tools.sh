#!/usr/bin/env bash
# The operator with many live MCPTools on a one-node cluster, each looked at over MCP and registered:  tools.sh IMAGES_DIR OUT_DIR
# Writes OUT_DIR/bench-tools.txt. README.md says what is measured, and how. BENCH_MCPTOOLS (1000) and REST_SECONDS (120) change what is done.
set -euo pipefail

images=$(readlink -f "${1:?usage: tools.sh IMAGES_DIR OUT_DIR}")
mkdir -p "${2:?usage: tools.sh IMAGES_DIR OUT_DIR}"
out=$(readlink -f "$2")/bench-tools.txt
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cluster=$root/test/cluster/cluster
name=bench-tools
ns=bench
count=${BENCH_MCPTOOLS:-1000}
rest=${REST_SECONDS:-120}
version=$("$root/config/version.sh")

kubectl_() { "$cluster" kubectl --name "$name" "$@"; }
in_cluster() { "$cluster" exec --name "$name" -- "$@"; }
say() { echo "$*" >&2; }

trap '"$cluster" down --name "$name" >&2' EXIT
"$cluster" up --name "$name" --node >&2
"$cluster" load-image --name "$name" "$images"/{toolhive-operator,mcp-registry,mcp-bridge,weather}.tar >&2
IMAGE_TAG=$version KUBECTL="$cluster kubectl --name $name" make --no-print-directory -C "$root" deploy >&2

kubectl_ create namespace "$ns" >&2
kubectl_ -n "$ns" apply -f - >&2 <<YAML
apiVersion: mcpregistry.dev/v1alpha1
kind: Registry
metadata: {name: mcp-registry}
spec: {}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: servers}
spec:
  selector: {matchLabels: {app: servers}}
  template:
    metadata: {labels: {app: servers}}
    spec:
      containers:
        - {name: weather, image: localhost/weather:$version, imagePullPolicy: Never, args: [-release, 1.0.0]}
---
apiVersion: v1
kind: Service
metadata: {name: servers}
spec:
  selector: {app: servers}
  ports: [{port: 8080}]
YAML
kubectl_ -n "$ns" wait --for=condition=Ready registry/mcp-registry --timeout=180s >&2
kubectl_ -n "$ns" rollout status deployment/servers --timeout=60s >&2

mcptools() {
  for ((i = 0; i < count; i++)); do
    cat <<YAML
---
apiVersion: mcpregistry.dev/v1alpha1
kind: MCPTool
metadata: {name: tool-$i, namespace: $ns}
spec:
  registryRef: {name: mcp-registry}
  server: {remote: {url: "http://servers.$ns.svc:8080/mcp"}}
YAML
  done
}
ready() { kubectl_ -n "$ns" get mcptools --no-headers | awk '$2 == "True"' | wc -l; }

# The leader is the one that has used more of the processor.
operators() { pgrep -x toolhive-operat; }
leader() { for pid in $(operators); do echo "$(ticks "$pid") $pid"; done | sort -n | tail -1 | cut -d' ' -f2; }
ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{print $12 + $13}'; }
resident() { awk -v field="$2:" '$1 == field {printf "%.1f", $2 / 1024}' "/proc/$1/status"; }

kubectl_ -n toolhive-system create serviceaccount reader >&2
kubectl_ create clusterrolebinding bench-reader --clusterrole=toolhive-operator-metrics-reader --serviceaccount=toolhive-system:reader >&2
token=$(kubectl_ -n toolhive-system create token reader)
# Of all replicas: those that do not lead look at nothing.
probes() {
  local ip
  for ip in $(kubectl_ -n toolhive-system get pods -l app.kubernetes.io/name=toolhive-operator -o jsonpath='{.items[*].status.podIP}'); do
    in_cluster curl --silent --insecure --max-time 10 --header "Authorization: Bearer $token" "https://$ip:8443/metrics"
  done | awk '/^mcp_server_probes_total/ {sum += $NF} END {print sum + 0}'
}
versions() { kubectl_ -n "$ns" get mcptools -o jsonpath='{.items[*].metadata.resourceVersion}' | sha256sum; }

say "creating $count MCPTools"
mcptools >"$out.yaml"
began=$(date +%s.%N)
kubectl_ create -f "$out.yaml" >/dev/null
created=$(date +%s.%N)
rm "$out.yaml"
for ((i = 0; i < 600 && $(ready) < count; i++)); do sleep 1; done
end=$(date +%s.%N)
are=$(ready)
pid=$(leader)
busy=$(ticks "$pid")
say "$are of $count are Ready; at rest for $rest s"
tools=$(in_cluster curl --silent --max-time 10 "http://mcp-registry.$ns.svc.cluster.local:8080/api/v1/tools?limit=1" | tr -d ' \n' | sed -nE 's/.*"total":([0-9]+).*/\1/p')

sleep 20 # What the last registrations set off is not rest.
before=$(versions)
probed=$(probes)
used=$(ticks "$pid")
sleep "$rest"
{
  echo "$count MCPTools of 2 tools each behind one server; one node on this machine, $(nproc) processors"
  awk -v b="$began" -v c="$created" -v e="$end" 'BEGIN {printf "create them, kubectl alone       %8.1f s\nall Ready, from the first on     %8.1f s\n", c - b, e - b}'
  echo "Ready / tools registered          $are / ${tools:-unknown}"
  awk -v t="$busy" 'BEGIN {printf "processor of the operator by then %7.1f s\n", t / 100}'
  echo "resident, then and at most        $(resident "$pid" VmRSS) / $(resident "$pid" VmHWM) MB"
  awk -v p="$(($(probes) - probed))" -v s="$rest" 'BEGIN {printf "probes at rest                    %7.0f /min\n", p * 60 / s}'
  awk -v t="$(($(ticks "$pid") - used))" -v s="$rest" 'BEGIN {printf "processor at rest                 %7.2f %%\n", t / s}'
  if [[ $(versions) == "$before" ]]; then echo "written to MCPTools at rest        nothing"; else echo "written to MCPTools at rest        something"; fi
} | tee "$out"
[[ $are -eq $count ]]
