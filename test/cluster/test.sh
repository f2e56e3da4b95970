#!/bin/bash
# Tests of test/cluster, with clusters in a home of their own. Takes about two minutes once the programs are built.
set -uo pipefail

here=$(dirname "$(readlink -f "$0")")
cluster=$here/cluster
work=$(mktemp -d)
export TOOLHIVE_CLUSTER_HOME=/var/tmp/toolhive-clusters-test.$$
mark=$(printf '%s' "$TOOLHIVE_CLUSTER_HOME" | sha256sum | head -c 8) # in the name of every cgroup of this home
passed=0 failed=0

# check SENTENCE COMMAND...: one test.
check() {
  local sentence=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    printf 'ok    %s\n' "$sentence"
    passed=$((passed + 1))
  else
    printf 'FAIL  %s\n' "$sentence"
    sed 's/^/      /' "$work/out" | tail -15
    failed=$((failed + 1))
  fi
}

# eventually SECONDS COMMAND...
eventually() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    if ((SECONDS >= deadline)); then return 1; fi
    sleep 0.2
  done
}

not() { ! "$@"; }
equal() { [[ $1 == "$2" ]] || { printf 'expected: %s\n     got: %s\n' "$2" "$1" && return 1; }; }

# traces: whatever a cluster could leave on this machine. Clusters of other homes are no concern.
traces() {
  local dir
  # Not from ip, which a new machine has only once a cluster has been there.
  echo "links: $(find /sys/class/net -mindepth 1 -printf '%f\n' | sort | tr '\n' ' ')"
  echo "sysctl: $(cat /proc/sys/kernel/panic /proc/sys/vm/overcommit_memory /proc/sys/net/ipv4/ip_forward | tr '\n' ' ')"
  echo "mounts: $(grep -cE "$TOOLHIVE_CLUSTER_HOME|$mark|/kubelet|/containerd|/netns/cni" /proc/self/mountinfo)"
  echo "cgroups: $(find /sys/fs/cgroup -maxdepth 2 -name "toolhive-cluster-*-$mark" | wc -l)"
  for dir in /proc/[0-9]*; do
    if [[ $dir != /proc/$$ ]] && grep -qsE "$TOOLHIVE_CLUSTER_HOME|$mark" "$dir/cgroup" "$dir/cmdline" "$dir/mountinfo"; then
      echo "process: $(tr '\0' ' ' <"$dir/cmdline" | head -c 120)"
    fi
  done
  for dir in "$TOOLHIVE_CLUSTER_HOME" /etc/cni /run/containerd /run/netns /run/runc /tmp/hostpath_pv /usr/libexec/kubernetes \
    /var/lib/{cni,containerd,kubelet} /var/log/{containers,pods}; do
    if [[ -e $dir ]]; then echo "folder: $dir"; fi
  done
}
no_traces() { diff <(printf '%s\n' "$before") <(traces); }

finish() {
  "$cluster" down --all 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

kubectl() { "$cluster" kubectl --name "$1" "${@:2}"; }
pid_of() { cat "$TOOLHIVE_CLUSTER_HOME/$1/pid"; }
gate_is_off() { kubectl cut get --raw /metrics | grep '^kubernetes_feature_enabled{name="WatchList",stage="[A-Z]*"} 0'; }
has_version() { "$cluster" status --name plane --json | grep -F '"kubernetes":"1.34"'; }
state_of() { "$cluster" status --name "$1" --json | grep -o '"state":"[a-z]*"'; }

test_image() (
  # shellcheck source=lib/common.sh disable=SC2030,SC2034 # the parts share these names
  for part in common packages go build images; do source "$here/lib/$part.sh"; done
  build_program probe && cp "$(program_path probe)" "$work/probe" &&
    scratch_archive "$work/image.tar" cluster-test:1 "$work/probe" '{"Entrypoint":["/probe"]}'
)

health_only() {
  local url
  url=https://127.0.0.1:$(cat "$TOOLHIVE_CLUSTER_HOME/plane/port")
  equal "$(curl -sk "$url/readyz") $(curl -sk -o /dev/null -w '%{http_code}' "$url/api")" "ok 401"
}
write_is_audited() {
  kubectl plane create configmap audited &&
    grep '"verb":"create"' "$TOOLHIVE_CLUSTER_HOME/plane/audit.log" | grep '"username":"admin"' | grep -q '"name":"audited"'
}
rights_are_needed() {
  local answer
  answer=$(kubectl plane auth can-i list secrets --as=system:serviceaccount:default:default)
  equal "$answer" no
}
namespace_goes() { kubectl plane create namespace short && kubectl plane delete namespace short --timeout=30s; }
separate() { kubectl plane get configmap audited && not kubectl node get configmap audited; }
users_own() {
  local config
  config=$("$cluster" kubeconfig --name plane) && KUBECONFIG=$config "$cluster" kubectl get configmap audited
}
rolled_out() { kubectl node apply -f "$here/testdata/web.yaml" && kubectl node -n demo rollout status deployment/web --timeout=60s; }
root_refused() {
  kubectl node -n demo run root --image=cluster-test:1 >"$work/refused" 2>&1
  grep 'violates PodSecurity' "$work/refused"
}
serves() { "$cluster" exec --name node -- curl -sf --max-time 5 http://web.demo.svc:8080/starts; }
fetch() { kubectl node -n demo exec "$1" -- /probe get http://web.demo.svc:8080/starts; }
keeps_volume() {
  kubectl node -n demo delete pod -l app=web && kubectl node -n demo rollout status deployment/web --timeout=60s &&
    equal "$(fetch deploy/web | wc -l)" 2
}
volume_grows() {
  kubectl node -n demo patch pvc web -p '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}' &&
    kubectl node -n demo wait pvc/web --for=jsonpath='{.status.capacity.storage}'=2Gi --timeout=20s
}
policy_blocks_ingress() {
  kubectl node apply -f "$here/testdata/client.yaml" && kubectl node -n demo wait pod --all --for=condition=Ready --timeout=60s &&
    fetch friend && fetch stranger && kubectl node apply -f "$here/testdata/ingress-policy.yaml" &&
    eventually 10 not fetch stranger && eventually 10 fetch friend
}
# The name is found, so DNS was let through; the connection is not made.
connection_blocked() {
  fetch "$1" >"$work/blocked" 2>&1
  grep -E 'dial tcp 10\.96\.[0-9.]+:8080: i/o timeout' "$work/blocked"
}
policy_blocks_egress() {
  kubectl node apply -f "$here/testdata/egress-policy.yaml" && eventually 10 connection_blocked friend &&
    kubectl node -n demo delete networkpolicy --all && eventually 10 fetch friend && eventually 10 fetch stranger
}
no_volumes() {
  equal "$(kubectl node get pv -o name)" "" && equal "$(ls "$TOOLHIVE_CLUSTER_HOME/node/root/var/lib/volumes")" ""
}
volume_goes() { kubectl node delete namespace demo --timeout=60s && eventually 20 no_volumes; }
server_returns() {
  local server
  server=$(pgrep -P "$(pid_of plane)" -f kube-apiserver) || return 1
  kill -KILL "$server"
  eventually 10 not kubectl plane get --raw /readyz --request-timeout=2s && eventually 60 kubectl plane get configmap audited
}
exec_ends_with_caller() {
  "$cluster" exec --name plane -- sleep 3599 &
  eventually 10 pgrep -f "^sleep 3599" && kill -KILL $! && wait $! 2>/dev/null
  eventually 10 not pgrep -f "^sleep 3599"
}
ends_with_init() {
  "$cluster" exec --name node -- sleep 3598 &
  eventually 10 pgrep -f "^sleep 3598" && kill -KILL "$(pid_of node)" &&
    eventually 20 not pgrep -f "^sleep 3598" && equal "$(state_of node)" '"state":"ended"' && not pgrep -f "containerd.*$mark"
}

# start_and SIGNAL: sends SIGNAL to an 'up' that is under way.
start_and() {
  env --default-signal=INT "$cluster" up --control-plane --name cut &
  eventually 20 test -e "$TOOLHIVE_CLUSTER_HOME/cut/pid" && kill "-$1" $! && not wait $!
}
# refused WORDS COMMAND...: fails and says so.
refused() {
  not "${@:2}" 2>"$work/said" && grep -F "$1" "$work/said"
}

before=$(traces)
check "a version that there is not is refused" refused "there is no Kubernetes '1.24' here, but 1.25,1.34" \
  "$cluster" up --name old --control-plane --kubernetes 1.24
check "a node of the old version is refused" refused "give --control-plane with --kubernetes 1.25" "$cluster" up --name old --kubernetes 1.25
check "an image archive is made of a static program" test_image
check "a control plane comes up" "$cluster" up --name plane --control-plane
check "a node comes up beside it" "$cluster" up --name node
check "up of a running cluster changes nothing" "$cluster" up --name node
check "up of a running cluster in another mode is refused" not "$cluster" up --name node --control-plane
check "up of a running cluster with another version is refused" refused "is up as 'control-plane 1.34'" \
  "$cluster" up --name plane --control-plane --kubernetes 1.25
check "status tells the version" has_version
check "anonymous requests learn the health and nothing else" health_only
check "a write is in the audit log with its user and verb" write_is_audited
check "a service account has no rights that it was not given" rights_are_needed
check "a namespace is deleted" namespace_goes
check "an object of one cluster is not in the other" separate
check "without a name, kubectl takes the cluster of KUBECONFIG" users_own
check "an image is loaded" "$cluster" load-image --name node "$work/image.tar"
check "a file that is no image is refused" not "$cluster" load-image --name node "$0"
check "a restricted Deployment with a volume becomes available" rolled_out
check "a pod that may run as root is refused where restricted is enforced" root_refused
check "exec reaches a Service by name" serves
check "a pod reaches a Service by name" fetch deploy/web
check "a volume keeps its files when the pod is replaced" keeps_volume
check "a volume grows with its claim" volume_grows
check "an ingress policy lets the named peer in and nobody else" policy_blocks_ingress
check "an egress policy leaves the named destination and nothing else" policy_blocks_egress
check "a volume goes with its claim" volume_goes
check "exec passes the exit code on" equal "$("$cluster" exec --name plane -- sh -c 'exit 7'; echo $?)" 7
check "a command under exec ends when its caller is killed" exec_ends_with_caller
check "an API server that is killed comes back" server_returns
check "kill -9 of process 1 ends everything inside" ends_with_init
check "a cluster that ended comes up again under its name" "$cluster" up --name node --control-plane
check "down succeeds" "$cluster" down --name node
check "Ctrl-C during up ends it" start_and INT
check "and leaves no folder" test ! -e "$TOOLHIVE_CLUSTER_HOME/cut"
check "kill -9 of up ends it" start_and KILL
check "and the next up clears what is left" "$cluster" up --control-plane --name cut --feature-gates WatchList=false
check "the API server has the feature gates that it was given" gate_is_off
check "up of a running cluster with other feature gates is refused" refused "is up as 'control-plane 1.34 WatchList=false'" \
  "$cluster" up --control-plane --name cut
check "down of all succeeds" "$cluster" down --all
check "down of a cluster that is not there succeeds" "$cluster" down --name never
check "no process, mount, link, cgroup, folder or changed setting is left" no_traces

printf 'cluster: %d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
