# Images of the node.
# shellcheck shell=bash

# load_images ARCHIVE...: docker or OCI archives, into the node's containerd.
load_images() {
  local archive
  for archive; do
    in_node ctr --address /run/containerd/containerd.sock --namespace k8s.io images import --snapshotter overlayfs - \
      <"$archive" >/dev/null ||
      fail "cannot load $archive: it must be a docker-archive or oci-archive for this machine"
  done
}

# scratch_archive FILE NAME PROGRAM CONFIG: a docker-archive of one static program, which is / in the image.
# CONFIG is the "config" object of the image's configuration, in JSON.
scratch_archive() {
  local work layer
  work=$(mktemp -d)
  mkdir "$work/root"
  cp "$3" "$work/root/"
  tar -C "$work/root" --owner=0 --group=0 --numeric-owner --mtime=@0 -cf "$work/layer.tar" .
  layer=$(sha256sum <"$work/layer.tar")
  printf '{"architecture":"%s","os":"linux","config":%s,"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$(go_machine)" "$4" "${layer%% *}" >"$work/config.json"
  printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$2" >"$work/manifest.json"
  tar -C "$work" -cf "$1" manifest.json config.json layer.tar
  rm -rf "$work"
}

# load_pause_image: of the container that holds a pod's namespaces.
load_pause_image() {
  scratch_archive "$state/pause.tar" cluster.local/pause:1 "$(command -v catatonit)" \
    '{"Entrypoint":["/catatonit","-P"],"User":"65535:65535"}'
  load_images "$state/pause.tar"
  rm "$state/pause.tar"
}
