# cluster status
# shellcheck shell=bash

# cluster_state: starting, running, or ended (crashed, or killed without 'down').
cluster_state() {
  if ! cluster_runs; then
    echo ended
  elif [[ -e $state/ready ]]; then
    echo running
  else
    echo starting
  fi
}

# memory_mib: of all processes, pods included; pages that several share are counted once.
memory_mib() {
  local pid
  for pid in $(cgroup_processes); do
    cat "/proc/$pid/smaps_rollup" 2>/dev/null || true
  done | awk '/^Pss:/ { kib += $2 } END { printf "%d\n", kib / 1024 }'
}

read_or() { cat "$1" 2>/dev/null || printf '%s\n' "$2"; }

# cluster_status JSON NAME...
cluster_status() {
  local json=$1 separator='' format='%-16s %-9s %-14s %-5s %-26s %6s MiB  %s\n'
  shift
  if [[ -n $json ]]; then
    format='{"name":"%s","state":"%s","mode":"%s","kubernetes":"%s","server":"%s","memoryMiB":%s,"kubeconfig":"%s"}'
    printf '['
  fi
  for name; do
    select_cluster "$name"
    printf '%s' "$separator"
    if [[ -n $json ]]; then separator=,; fi
    # shellcheck disable=SC2059 # one of the two formats above
    printf "$format" "$name" "$(cluster_state)" "$(read_or "$state/mode" unknown)" "$(read_or "$state/version" unknown)" \
      "https://127.0.0.1:$(read_or "$state/port" 0)" "$(memory_mib)" "$state/kubeconfig"
  done
  if [[ -n $json ]]; then printf ']\n'; fi
}
