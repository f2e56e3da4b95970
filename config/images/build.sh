#!/usr/bin/env bash
# Builds the images from binaries that are already compiled:
#
#   config/images/build.sh BIN_DIR OUT_DIR
#
# Each image is FROM scratch and holds one binary and the shared libraries it names: no shell, no package manager, nothing
# that needs a fixed user. The archives OUT_DIR/<name>.tar are in docker-archive format: what `podman load`, `ctr images import`
# and `skopeo copy` read. IMAGE_PREFIX (default "localhost") and IMAGE_TAG (default "dev") make the names.
set -euo pipefail

bin_dir=${1:?usage: build.sh BIN_DIR OUT_DIR}
out_dir=${2:?usage: build.sh BIN_DIR OUT_DIR}
prefix=${IMAGE_PREFIX:-localhost}
tag=${IMAGE_TAG:-dev}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

command -v buildah >/dev/null || { echo "build.sh: needs buildah (Debian package buildah)" >&2; exit 1; }
mkdir -p "$out_dir"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A storage of its own: the script leaves nothing in the user's, and needs no storage driver beyond plain copies.
buildah_() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }

build() {
  local name=$1 title=$2 image="$prefix/$1:$tag" archive="$out_dir/$1.tar"
  [[ -x $bin_dir/$name ]] || { echo "build.sh: $bin_dir/$name is missing; run 'make programs' first" >&2; exit 1; }
  "$here/closure.sh" "$bin_dir/$name" "$work/$name"

  local container
  container=$(buildah_ from scratch)
  buildah_ copy --quiet --chown 0:0 "$container" "$work/$name" / >/dev/null
  # A numeric user lets Kubernetes verify runAsNonRoot; OpenShift replaces it with one of its own. Group 0 owns the files
  # that any user must read.
  buildah_ config --entrypoint "[\"/usr/bin/$name\"]" --cmd '' --user 65532:0 --workingdir / \
    --label "org.opencontainers.image.title=$name" --label "org.opencontainers.image.description=$title" \
    --label "org.opencontainers.image.version=$tag" --label "org.opencontainers.image.licenses=Apache-2.0" "$container"
  # A fixed timestamp makes equal content an equal image.
  buildah_ commit --quiet --timestamp 0 --rm "$container" "$image" >/dev/null
  rm -f "$archive"
  buildah_ push --quiet "$image" "docker-archive:$archive:$image"
  printf '%-20s %s  %s\n' "$name" "$(du --apparent-size -h "$archive" | cut -f1)" "$image"
}

build toolhive-operator "Kubernetes operator for MCP registries and tools"
build mcp-registry "Registry of Model Context Protocol tools"
build mcp-bridge "Serves MCP servers that speak over stdio by streamable HTTP"
