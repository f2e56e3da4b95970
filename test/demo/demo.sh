#!/usr/bin/env bash
# The main job, shown step by step on a real cluster; each step is checked, and the first that does not hold ends the demo.
#
# With KUBECONFIG set it uses that cluster, into which the images must be pullable (IMAGE_PREFIX, IMAGE_TAG; see README), that of the
# MCP server among them (test/servers/build.sh). Otherwise it
# starts a one-node cluster of its own, which `make demo-down` removes.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cluster=$root/test/cluster/cluster
cluster_name=${DEMO_CLUSTER:-demo}
namespace=${DEMO_NAMESPACE:-mcp-demo}
operator_namespace=${NAMESPACE:-toolhive-system}
service=mcp-registry
tool=weather
second_tool=translate
live=forecasts # an MCPTool whose server offers the tools
live_image=${IMAGE_PREFIX:-localhost}/weather:${IMAGE_TAG:-$("$root/config/version.sh")}

step() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
fail() {
  printf '\ndemo: %s\n' "$*" >&2
  exit 1
}
kubectl_() { "${kubectl[@]}" "$@"; }
show() {
  printf '$ kubectl %s\n' "$*"
  kubectl_ "$@"
}

# Says what the cluster thinks when a wait ends in vain.
explain() {
  kubectl_ -n "$namespace" get registries,mcptools,pods,events 2>&1 | tail -n 40 >&2 || true
  kubectl_ -n "$operator_namespace" logs deployment/toolhive-operator --tail=20 >&2 || true
}
wait_for() { # wait_for CONDITION KIND/NAME
  kubectl_ -n "$namespace" wait --for="condition=$1" "$2" --timeout=180s || {
    explain
    fail "$2 did not become $1 within 3 minutes"
  }
}

if [[ -n ${KUBECONFIG:-} ]]; then
  step "Using the cluster of KUBECONFIG"
  read -r -a kubectl <<<"${KUBECTL:-kubectl}"
  http_get() { kubectl_ get --raw "/api/v1/namespaces/$namespace/services/$service:8080/proxy$1"; }
  http_post() { kubectl_ create --raw "/api/v1/namespaces/$namespace/services/$service:8080/proxy$1" -f -; }
else
  step "A real Kubernetes cluster on this machine"
  "$cluster" up --name "$cluster_name"
  "$cluster" load-image --name "$cluster_name" "$root"/build/images/{toolhive-operator,mcp-registry,mcp-bridge,weather}.tar
  KUBECONFIG=$("$cluster" kubeconfig --name "$cluster_name")
  export KUBECONFIG
  kubectl=("$cluster" kubectl --name "$cluster_name")
  # From inside the cluster's network, as any pod would reach it.
  in_cluster_curl() { "$cluster" exec --name "$cluster_name" -- curl --silent --show-error --fail --max-time 20 "$@"; }
  http_get() { in_cluster_curl "http://$service.$namespace.svc.cluster.local:8080$1"; }
  http_post() {
    in_cluster_curl --header 'Content-Type: application/json' --data @- \
      "http://$service.$namespace.svc.cluster.local:8080$1"
  }
fi
kubectl_ get nodes

step "The operator"
KUBECTL="${kubectl[*]}" make --no-print-directory -C "$root" deploy
show -n "$operator_namespace" get deployment toolhive-operator

step "One Registry"
kubectl_ get namespace "$namespace" >/dev/null 2>&1 || kubectl_ create namespace "$namespace"
kubectl_ label --overwrite namespace "$namespace" pod-security.kubernetes.io/enforce=restricted >/dev/null
show -n "$namespace" apply -f "$root/config/samples/registry.yaml"
wait_for Ready registry/mcp-registry

step "One MCPTool"
show -n "$namespace" apply -f "$root/config/samples/mcptool.yaml"
wait_for Ready "mcptool/$tool"
for ((i = 0; i < 60; i++)); do # the Registry counts its tools a moment later
  tools=$(kubectl_ -n "$namespace" get registry mcp-registry -o jsonpath='{.status.tools}')
  ((${tools:-0} == 0)) || break
  sleep 1
done
((${tools:-0} > 0)) || fail "the Registry counts no tool"

# The MCP server is made with the official Go SDK (test/servers/weather); its argument plays which release the image has.
deploy_server() { # deploy_server RELEASE
  kubectl_ -n "$namespace" apply -f - <<YAML
apiVersion: mcpregistry.dev/v1alpha1
kind: MCPTool
metadata: {name: $live}
spec:
  registryRef: {name: mcp-registry}
  contract: {mode: Enforce}
  probe: {intervalSeconds: 10}
  server:
    workload:
      image: $live_image
      args: [-release, "$1"]
YAML
}
version_of() { http_get "/api/v1/tools/$live.$1" 2>/dev/null | sed -nE 's/.*"version":"([^"]*)".*/\1/p' || true; }
wait_for_version() { # wait_for_version TOOL VERSION
  for ((i = 0; i < 120; i++)); do
    [[ $(version_of "$1") != "$2" ]] || return 0
    sleep 1
  done
  explain
  fail "$live.$1 did not come to version $2"
}

step "An MCP server: the operator runs it, reads what it offers, and registers that"
deploy_server 1.0.0
wait_for Ready "mcptool/$live"
wait_for_version forecast 1.0.0
show -n "$namespace" get mcptool "$live" -o wide
http_get "/api/v1/tools/$live.forecast"
echo

step "A redeploy that keeps its callers working passes"
deploy_server 1.1.0
wait_for_version forecast 1.1.0
show -n "$namespace" get mcptool "$live"

step "A redeploy that breaks them is held, and explained"
deploy_server 2.0.0
kubectl_ -n "$namespace" wait --for=condition=ContractVerified=False "mcptool/$live" --timeout=180s || {
  explain
  fail "the change was not held"
}
show -n "$namespace" get mcptool "$live" -o 'jsonpath={.status.conditions[?(@.type=="ContractVerified")].message}{"\n"}'
[[ $(version_of forecast) == 1.1.0 ]] || fail "the registry serves $(version_of forecast), not what was approved"

step "Approved, it passes"
digest=$(kubectl_ -n "$namespace" get mcptool "$live" -o jsonpath='{.status.offeredDigest}')
show -n "$namespace" annotate mcptool "$live" "mcpregistry.dev/approve=$digest"
wait_for_version forecast 2.0.0
show -n "$namespace" get mcptool "$live"

step "What is there now"
show -n "$namespace" get registries,mcptools,deploy,pvc,cm,svc,netpol

step "The tool, read back through the Service"
http_get "/api/v1/tools/$tool"
echo

step "A second tool, registered over HTTP"
http_post /api/v1/tools <<JSON
{"name": "$second_tool", "version": "1.0.0", "title": "Translate", "description": "Translates text between languages.",
 "inputSchema": {"type": "object", "required": ["text", "to"],
                 "properties": {"text": {"type": "string"}, "to": {"type": "string"}}}}
JSON
echo
before=$(http_get /api/v1/tools/$tool)$(http_get /api/v1/tools/$second_tool)

step "The registry's pod is killed"
old_pod=$(kubectl_ -n "$namespace" get pods -l "app.kubernetes.io/instance=$service" -o jsonpath='{.items[0].metadata.uid}')
show -n "$namespace" delete pod -l "app.kubernetes.io/instance=$service" --grace-period=0 --force 2>/dev/null
new_pod=$old_pod
for ((i = 0; i < 120; i++)); do
  new_pod=$(kubectl_ -n "$namespace" get pods -l "app.kubernetes.io/instance=$service" -o jsonpath='{.items[0].metadata.uid}' || true)
  [[ -z $new_pod || $new_pod == "$old_pod" ]] || break
  sleep 1
done
[[ -n $new_pod && $new_pod != "$old_pod" ]] || fail "no new pod took the place of the killed one"
kubectl_ -n "$namespace" wait --for=condition=Ready pod -l "app.kubernetes.io/instance=$service" --timeout=180s

step "Both tools again, from the new pod"
for ((i = 0; i < 60; i++)); do
  after=$(http_get /api/v1/tools/$tool 2>/dev/null)$(http_get /api/v1/tools/$second_tool 2>/dev/null) || true
  [[ $after != "$before" ]] || break
  sleep 1
done
http_get "/api/v1/tools/$tool"
echo
http_get "/api/v1/tools/$second_tool"
echo
[[ $after == "$before" ]] || fail "the tools read after the restart differ from those before"

step "Done: both tools survived, nothing was done by hand"
[[ ${kubectl[0]} != "$cluster" ]] || cat <<EOT
The cluster keeps running. Look around with
  ${kubectl[*]} get registries,mcptools -A
and remove it with
  make demo-down$([[ $cluster_name == demo ]] || printf ' DEMO_CLUSTER=%s' "$cluster_name")
EOT
