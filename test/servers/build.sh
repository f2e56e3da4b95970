#!/usr/bin/env bash
# Builds the MCP servers of the demo and the tests, and images of them as archives:  build.sh BIN_DIR OUT_DIR [SERVER...]
# weather is made with an official SDK, which the module proxy has, by checksum; hostile with none.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
mkdir -p "${1:?usage: build.sh BIN_DIR OUT_DIR}" "${2:?usage: build.sh BIN_DIR OUT_DIR}"
bin=$(readlink -f "$1")
out=$(readlink -f "$2")
for part in common packages go build; do
  # shellcheck source=/dev/null # the parts that get a Go
  source "$here/../cluster/lib/$part.sh"
done
use_go
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
buildah_() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
servers=("${@:3}")
((${#servers[@]})) || servers=(weather hostile)
for server in "${servers[@]}"; do
  (cd "$here" && go build -trimpath -ldflags=-s\ -w -o "$bin/$server" "./$server")
  image=${IMAGE_PREFIX:-localhost}/$server:${IMAGE_TAG:-dev}
  container=$(buildah_ from scratch)
  buildah_ copy --quiet --chown 0:0 "$container" "$bin/$server" "/$server" >/dev/null
  buildah_ config --entrypoint "[\"/$server\"]" --cmd '' --user 65532:0 --workingdir / "$container"
  buildah_ commit --quiet --timestamp 0 --rm "$container" "$image" >/dev/null
  rm -f "$out/$server.tar"
  buildah_ push --quiet "$image" "docker-archive:$out/$server.tar:$image"
  printf '%-20s %s  %s\n' "$server" "$(du --apparent-size -h "$out/$server.tar" | cut -f1)" "$image"
done
