# A cluster's processes are exactly those in its cgroup: NAME/system holds its own programs, NAME/pods its pods.
# shellcheck shell=bash

cgroup_mount=/sys/fs/cgroup

# cgroup_hierarchies: the root of every hierarchy; version 2 has one, version 1 one per controller.
cgroup_hierarchies() {
  local dir
  if [[ -e $cgroup_mount/cgroup.controllers ]]; then
    printf '%s\n' "$cgroup_mount"
    return
  fi
  for dir in "$cgroup_mount"/*/; do
    dir=${dir%/}
    if [[ ! -L $dir && -e $dir/cgroup.procs && ! -e $dir/cgroup.controllers ]]; then printf '%s\n' "$dir"; fi
  done
}

# cgroup_dirs: the cluster's folder in every hierarchy that has one.
cgroup_dirs() {
  local hierarchy
  cgroup_hierarchies | while read -r hierarchy; do
    if [[ -d $hierarchy/$cgroup ]]; then printf '%s\n' "$hierarchy/$cgroup"; fi
  done
}

cgroup_create() {
  local hierarchy dir
  cgroup_hierarchies | while read -r hierarchy; do
    for dir in "$hierarchy/$cgroup" "$hierarchy/$cgroup/system" "$hierarchy/$cgroup/pods"; do
      mkdir -p "$dir" || fail "cannot make the cgroup $dir: in a container, run it privileged with a writable $cgroup_mount"
      if [[ -e $dir/cpuset.mems && ! -e $dir/cgroup.controllers ]]; then # version 1 takes no process before these are set
        cat "$dir/../cpuset.cpus" >"$dir/cpuset.cpus"
        cat "$dir/../cpuset.mems" >"$dir/cpuset.mems"
      fi
    done
  done
}

# cgroup_enter: moves the calling shell.
cgroup_enter() {
  local dir
  for dir in $(cgroup_dirs); do
    printf '%s\n' "$BASHPID" >"$dir/system/cgroup.procs"
  done
}

# cgroup_processes: the ids of all processes of the cluster.
cgroup_processes() {
  local dir
  for dir in $(cgroup_dirs); do
    find "$dir" -name cgroup.procs -exec cat {} + 2>/dev/null
  done | sort -un
}

# cgroup_kill: ends every process; false if some are left after ten seconds.
cgroup_kill() {
  local pids deadline=$((SECONDS + 10))
  while pids=$(cgroup_processes) && [[ -n $pids ]]; do
    if ((SECONDS >= deadline)); then return 1; fi
    # shellcheck disable=SC2086 # one word per process
    kill -KILL $pids 2>/dev/null || true
    sleep 0.05
  done
}

cgroup_remove() {
  local dir
  for dir in $(cgroup_dirs); do
    # The kernel may hold a group for a moment after its last process.
    for _ in {1..50}; do
      find "$dir" -depth -type d -exec rmdir {} + 2>/dev/null || true
      if [[ ! -e $dir ]]; then break; fi
      sleep 0.1
    done
    if [[ -e $dir ]]; then say "cluster: the cgroup $dir could not be removed"; fi
  done
}
