# cluster up
# shellcheck shell=bash disable=SC2034 # the lists of services are named by mode

control_plane_services=(etcd kube-apiserver kube-controller-manager)
node_services=("${control_plane_services[@]}" kube-scheduler containerd kubelet kube-proxy coredns volumes network-policy)

# cluster_up MODE VERSION GATES
cluster_up() {
  local mode=$1 version=$2 gates=$3 started=$SECONDS is wanted
  wanted="$mode $version${gates:+ $gates}"
  [[ $mode == control-plane || $version == "$newest_version" ]] ||
    fail "a node runs Kubernetes $newest_version only: give --control-plane with --kubernetes $version, or leave --kubernetes out"
  if cluster_runs && [[ -e $state/ready ]]; then
    is="$(<"$state/mode") $(read_or "$state/version" "$newest_version")"
    if [[ -s $state/feature-gates ]]; then is+=" $(<"$state/feature-gates")"; fi
    [[ $is == "$wanted" ]] ||
      fail "cluster $name is up as '$is', not as '$wanted': take it down first, or give another --name"
    say "cluster $name is up already"
    return
  fi
  require_packages "$mode"
  build_programs "$mode" "$version"

  claim_cluster
  trap 'abandon_cluster' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  clean_leftovers
  say "starting cluster $name ($mode, Kubernetes $version)"
  prepare_state "$mode" "$version" "$gates"
  start_sandbox "$mode" "$version"
  wait_for_control_plane
  if [[ $mode == node ]]; then wait_for_node; fi
  touch "$state/ready"
  trap - EXIT INT TERM HUP
  say "cluster $name is ready after $((SECONDS - started)) s"
}

# abandon_cluster: on the way out of an 'up' that was not finished.
abandon_cluster() {
  local status=$?
  trap '' INT TERM HUP
  say "cluster $name did not come up: removing it"
  remove_cluster
  exit $status
}

# clean_leftovers: of a cluster of this name that ended without 'down'. The folder itself is locked, so it stays.
clean_leftovers() {
  cgroup_kill || fail "processes of an earlier cluster $name do not end: $(cgroup_processes | tr '\n' ' ')"
  cgroup_remove
  find "$state" -mindepth 1 -xdev -delete
}

prepare_state() {
  local mode=$1 version=$2 gates=$3 service
  local -n services=${mode/-/_}_services
  mkdir "$state"/{bin,log,root,services}
  chmod 755 "$state/root"
  printf '%s\n' "$mode" >"$state/mode"
  printf '%s\n' "$version" >"$state/version"
  printf '%s' "$gates" >"$state/feature-gates"
  cp -r "$here/config" "$state/config"
  cp "$here/lib/wait-for-api" "$state/bin/"
  for service in "${services[@]}"; do cp "$here/services/$service" "$state/services/"; done
  pki_create "$mode"
  cgroup_create
  if [[ $mode == node ]]; then
    printf 'cgroupRoot: /%s/pods\n' "$cgroup" >>"$state/config/kubelet.yaml"
    printf 'nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n' >"$state/resolv.conf"
  fi
}

start_sandbox() (
  # Process 1 outlives this shell: it must not hold the lock.
  exec {state_lock}<&-
  cgroup_enter
  exec env -i PATH=/cluster/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    "$(program_path sandbox)" start "$state" \
    "$here/lib/setup" "$here" "$state" "$1" "$(program_path kubernetes)" "$(program_path "${control_plane_program[$2]}")" "$(program_path coredns)"
)

wait_for_control_plane() {
  until_true 120 api_is_ready || give_up "the API server is not ready"
  until_true 30 cluster_kubectl apply -f "$here/manifests/control-plane.yaml" || give_up "the API server takes no writes"
  until_true 60 api_has namespaces/default/serviceaccounts/default || give_up "the controller manager does not work"
}

wait_for_node() {
  say "the control plane is ready; waiting for the node"
  until_true 30 cluster_kubectl apply -f "$here/manifests/node.yaml" || give_up "the node's resources cannot be applied"
  until_true 60 in_node ctr --address /run/containerd/containerd.sock version || give_up "containerd does not start"
  load_pause_image
  until_true 120 node_is_ready || give_up "the node is not Ready"
  until_true 60 in_node getent hosts kubernetes.default.svc.cluster.local || give_up "cluster DNS does not answer"
}

# give_up REASON: with the end of the logs, which are about to be removed.
give_up() {
  say "--- the last lines of $state/log"
  tail -n 15 "$state"/log/*.log >&2
  if cluster_runs; then fail "$1"; fi
  fail "$1: process 1 of the cluster ended"
}

api_get() {
  curl --silent --fail --max-time 5 --cacert "$state/pki/ca.crt" --cert "$state/pki/admin.crt" --key "$state/pki/admin.key" \
    "https://127.0.0.1:$(<"$state/port")$1"
}
api_is_ready() { api_get /readyz; }
api_has() { api_get "/api/v1/$1"; }

# A node is of use when it is Ready and the taint of the time before is gone.
node_is_ready() {
  local node
  node=$(api_get /api/v1/nodes/node1 | tr -d ' \n') && [[ $node == *'"status":"True"'*'"reason":"KubeletReady"'* ]] &&
    [[ $node != *'node.kubernetes.io/not-ready'* ]]
}
