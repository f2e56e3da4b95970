# cluster exec
# shellcheck shell=bash

# cluster_exec COMMAND...: with the cluster's network, DNS, host name and processes, and the host's files.
# The command ends when the caller does, and when the cluster does.
cluster_exec() {
  local bin
  build_program kubernetes # a cluster can be older than its sources
  bin=$(dirname "$(kubectl_path)")
  KUBECONFIG=$state/kubeconfig PATH=$bin:$PATH \
    exec nsenter --target "$(cluster_pid)" --net --uts --ipc --pid -- \
    setpriv --pdeathsig KILL unshare --mount -- "$here/lib/exec-inside" "$state" "$@"
}

# kubectl_path: a link to the program that holds kubectl, under a name of its own.
kubectl_path() {
  local program
  program=$(program_path kubernetes)
  mkdir -p "$cache/kubectl-${program##*-}"
  ln -sfn "$program" "$cache/kubectl-${program##*-}/kubectl"
  printf '%s\n' "$cache/kubectl-${program##*-}/kubectl"
}
