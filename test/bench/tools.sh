#!/usr/bin/env bash
# How the operator carries many live servers:  tools.sh IMAGES_DIR OUT_DIR
# TOOLS (1000) MCPTools, each with a server of its own address, which one process plays, on a real node: how long until all are Ready, and
# what rest costs. Prints a table and keeps it in OUT_DIR/bench-tools.txt. The images are those of `make test-images`.
set -euo pipefail

images=$(readlink -f "${1:?usage: tools.sh IMAGES_DIR OUT_DIR}")
mkdir -p "${2:?usage: tools.sh IMAGES_DIR OUT_DIR}"
table=$(readlink -f "$2")/bench-tools.txt
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cluster=$root/test/cluster/cluster
count=${TOOLS:-1000}
rest_seconds=${REST_SECONDS:-120}
name=bench-tools-$$
operator_namespace=${NAMESPACE:-toolhive-system}
namespace=bench
prefix=${IMAGE_PREFIX:-localhost}
tag=${IMAGE_TAG:-$("$root/config/version.sh")}
work=$(mktemp -d)
trap 'rm -rf "$work"; "$cluster" down --name "$name" >/dev/null 2>&1' EXIT

kubectl_() { "$cluster" kubectl --name "$name" "$@"; }
now() { date +%s%N; }
since() { awk -v ns=$(($(now) - $1)) 'BEGIN {printf "%.1f", ns / 1e9}'; }
row() { printf '%-64s %s\n' "$1" "$2" | tee -a "$table"; }

"$cluster" up --name "$name" --node >/dev/null
"$cluster" load-image --name "$name" "$images"/{toolhive-operator,mcp-registry,mcp-bridge,weather}.tar
KUBECTL="$cluster kubectl --name $name" IMAGE_PREFIX=$prefix IMAGE_TAG=$tag make --no-print-directory -C "$root" deploy >/dev/null
kubectl_ create namespace "$namespace" >/dev/null

# The servers, a Registry, and who reads the operator's metrics.
kubectl_ apply -f - >/dev/null <<YAML
apiVersion: mcpregistry.dev/v1alpha1
kind: Registry
metadata: {name: mcp-registry, namespace: $namespace}
spec: {}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: servers, namespace: $namespace}
spec:
  selector: {matchLabels: {app: servers}}
  template:
    metadata: {labels: {app: servers}}
    spec:
      containers:
        - {name: servers, image: "$prefix/weather:$tag", args: [-release, 1.0.0], ports: [{containerPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: servers, namespace: $namespace}
spec: {selector: {app: servers}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: reader, namespace: $namespace}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: bench-reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: toolhive-operator-metrics-reader}
subjects: [{kind: ServiceAccount, name: reader, namespace: $namespace}]
YAML
kubectl_ -n "$namespace" wait --for=condition=Ready registry/mcp-registry --timeout=180s >/dev/null
kubectl_ -n "$namespace" rollout status deployment/servers --timeout=180s >/dev/null
token=$(kubectl_ -n "$namespace" create token reader --duration=3h)

# By the lease: of two replicas, one works.
leader() { kubectl_ -n "$operator_namespace" get lease toolhive-operator -o jsonpath='{.spec.holderIdentity}' | sed 's/_.*//'; }
pod=$(leader)
address=$(kubectl_ -n "$operator_namespace" get pod "$pod" -o jsonpath='{.status.podIP}')
metrics() { "$cluster" exec --name "$name" -- curl --silent --insecure --max-time 10 --header "Authorization: Bearer $token" "https://$address:8443/metrics"; }
total() { metrics | awk -v name="$1" 'index($1, name) == 1 {sum += $2} END {printf "%.0f", sum}'; } # total NAME: over all labels

process_of() { # process_of NAMESPACE POD CONTAINER
  local id proc
  id=$(kubectl_ -n "$1" get pod "$2" -o jsonpath="{.status.containerStatuses[0].containerID}")
  for proc in /proc/[0-9]*; do
    if grep -qs "/${id#*://}" "$proc/cgroup"; then
      echo "${proc#/proc/}"
      return
    fi
  done
  echo "tools.sh: no process of pod $2" >&2
  return 1
}
resident() { awk '/^VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$1/status"; }
peak() { awk '/^VmHWM/ {printf "%.1f", $2 / 1024}' "/proc/$1/status"; }
cpu() { awk -v hz="$(getconf CLK_TCK)" '{printf "%.3f", ($14 + $15) / hz}' "/proc/$1/stat"; } # neither name has a blank
operator=$(process_of "$operator_namespace" "$pod")
registry=$(process_of "$namespace" "$(kubectl_ -n "$namespace" get pod -l app.kubernetes.io/instance=mcp-registry -o jsonpath='{.items[0].metadata.name}')")

for ((i = 1; i <= count; i++)); do
  cat <<YAML
---
apiVersion: mcpregistry.dev/v1alpha1
kind: MCPTool
metadata: {name: server-$i, namespace: $namespace}
spec: {registryRef: {name: mcp-registry}, server: {remote: {url: "http://servers.$namespace.svc/mcp/$i"}}}
YAML
done >"$work/tools.yaml"
ready() { kubectl_ -n "$namespace" get mcptools -o jsonpath='{range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' | grep -c '^True$' || true; }

: >"$table"
row "before: operator resident, MiB" "$(resident "$operator")"
cpu_before=$(cpu "$operator")
start=$(now)
kubectl_ apply --server-side -f "$work/tools.yaml" >/dev/null
row "the API server has $count MCPTools, s" "$(since "$start")"
deadline=$((SECONDS + 900))
until (($(ready) == count)); do
  ((SECONDS < deadline)) || { echo "tools.sh: only $(ready) of $count MCPTools are Ready after 15 minutes" >&2; exit 1; }
  sleep 2
done
row "from the first to the last being Ready, s" "$(since "$start")"
row "operator's CPU until then, s" "$(awk -v a="$cpu_before" -v b="$(cpu "$operator")" 'BEGIN {print b - a}')"

sleep 65 # every server was looked at once more
[[ $(leader) == "$pod" ]] || { echo "tools.sh: the leader changed" >&2; exit 1; }
looks=$(total mcp_server_probes_total) requests=$(total rest_client_requests_total) cpu_before=$(cpu "$operator") registry_before=$(cpu "$registry")
start=$(now)
sleep "$rest_seconds"
minutes=$(awk -v ns=$(($(now) - start)) 'BEGIN {print ns / 6e10}')
per_minute() { awk -v a="$1" -v b="$2" -v m="$minutes" -v scale="${3:-1}" 'BEGIN {printf "%.1f", (b - a) * scale / m}'; }
row "at rest: looks a minute (probe.intervalSeconds is 60)" "$(per_minute "$looks" "$(total mcp_server_probes_total)")"
row "at rest: requests to the API server a minute" "$(per_minute "$requests" "$(total rest_client_requests_total)")"
row "at rest: operator's CPU, ms a minute" "$(per_minute "$cpu_before" "$(cpu "$operator")" 1000)"
row "at rest: registry's CPU, ms a minute" "$(per_minute "$registry_before" "$(cpu "$registry")" 1000)"
row "operator resident, MiB (peak)" "$(resident "$operator") ($(peak "$operator"))"
row "registry resident, MiB (peak)" "$(resident "$registry") ($(peak "$registry"))"
