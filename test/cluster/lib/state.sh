# A cluster is a folder, a cgroup and process 1 of its namespaces.
# shellcheck shell=bash

cluster_home=${TOOLHIVE_CLUSTER_HOME:-/var/tmp/toolhive-clusters}

# select_cluster NAME: sets name, state and cgroup, which all other functions use.
select_cluster() {
  [[ $1 =~ ^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$ ]] ||
    fail "the name '$1' is not one to 32 lower case letters, digits and dashes"
  name=$1
  state=$cluster_home/$name
  # Clusters of the same name in two homes have nothing in common.
  cgroup=toolhive-cluster-$name-$(printf '%s' "$cluster_home" | sha256sum | head -c 8)
}

# cluster_names: every cluster of this home, running or not.
cluster_names() {
  local dir
  for dir in "$cluster_home"/*/; do
    if [[ -d $dir ]]; then basename "$dir"; fi
  done
}

# claim_cluster: makes the folder, or fails when somebody else has the name. Holds a lock until this process ends.
claim_cluster() {
  (umask 022 && mkdir -p "$(dirname "$cluster_home")")
  # Below /var/tmp anybody could have made it.
  mkdir -m 700 "$cluster_home" 2>/dev/null || [[ -O $cluster_home && ! -L $cluster_home ]] ||
    fail "$cluster_home exists and is not a folder of yours: set TOOLHIVE_CLUSTER_HOME to another place"
  mkdir -p "$state"
  exec {state_lock}<"$state"
  # Not at once: what an "up" that was killed had started may hold the lock for a moment longer.
  flock -w 10 "$state_lock" || fail "cluster $name is being started by another process"
  # A 'down' may have removed the folder between the two steps.
  [[ $state -ef /proc/self/fd/$state_lock ]] || fail "cluster $name was removed while it was being started: try again"
}

cluster_pid() { cat "$state/pid" 2>/dev/null; }

# cluster_runs: whether process 1 is alive. Its cgroup tells it from a process that got the same id later.
cluster_runs() {
  local pid
  pid=$(cluster_pid) && grep -q "/$cgroup/" "/proc/$pid/cgroup" 2>/dev/null
}

require_cluster() {
  [[ -d $state ]] || fail "there is no cluster $name: run '$0 up --name $name'"
  cluster_runs || fail "cluster $name has ended: run '$0 up --name $name' or '$0 down --name $name'"
}

# remove_cluster: ends whatever is left of the cluster, and forgets it.
remove_cluster() {
  cgroup_kill || fail "these processes of cluster $name do not end: $(cgroup_processes | tr '\n' ' ')"
  cgroup_remove
  # All its mounts were in its own namespace, which ended with its last process.
  rm -rf --one-file-system "$state"
  rmdir "$cluster_home" 2>/dev/null || true
}

# in_cluster_network COMMAND...: with the host's files.
in_cluster_network() { nsenter --target "$(cluster_pid)" --net -- "$@"; }

# in_node COMMAND...: with the node's files.
in_node() { nsenter --target "$(cluster_pid)" --all --root --wd -- env PATH=/cluster/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

cluster_kubectl() { KUBECONFIG=$state/kubeconfig "$(program_path kubernetes)" kubectl "$@"; }
