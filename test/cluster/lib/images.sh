# Images of the node.
# shellcheck shell=bash

# load_images ARCHIVE...: docker or OCI archives, into the node's containerd.
load_images() {
  local archive
  for archive; do
    in_node ctr --address /run/containerd/containerd.sock --namespace k8s.io images import --snapshotter overlayfs - \
      <"$archive" >/dev/null || fail "cannot load $archive: it must be a docker-archive or oci-archive for this machine"
  done
}

# pause_archive FILE: the image of a pod's first container, which holds the pod's namespaces, as a docker-archive.
pause_archive() {
  local work layer config
  work=$(mktemp -d "$state/pause.XXXXXX")
  mkdir "$work/root"
  cp "$(command -v catatonit)" "$work/root/pause"
  tar -C "$work/root" --owner=0 --group=0 --numeric-owner --mtime=@0 -cf "$work/layer.tar" pause
  layer=$(sha256sum <"$work/layer.tar")
  config='{"architecture":"'$(go_machine)'","os":"linux","config":{"Entrypoint":["/pause","-P"],"User":"65535:65535"},'
  config+='"rootfs":{"type":"layers","diff_ids":["sha256:'${layer%% *}'"]}}'
  printf '%s' "$config" >"$work/config.json"
  printf '[{"Config":"config.json","RepoTags":["cluster.local/pause:1"],"Layers":["layer.tar"]}]' >"$work/manifest.json"
  tar -C "$work" -cf "$1" manifest.json config.json layer.tar
  rm -rf "$work"
}
