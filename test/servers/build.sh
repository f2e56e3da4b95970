#!/usr/bin/env bash
# Builds the MCP servers of the demo and the tests, and images of them as archives:  build.sh BIN_DIR OUT_DIR
# They are made with official SDKs, which the module proxy has, by checksum.
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
(cd "$here" && go build -trimpath -ldflags=-s\ -w -o "$bin/weather" ./weather)

prefix=${IMAGE_PREFIX:-localhost}
image=$prefix/weather:${IMAGE_TAG:-dev}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
buildah_() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
container=$(buildah_ from scratch)
buildah_ copy --quiet --chown 0:0 "$container" "$bin/weather" /weather >/dev/null
buildah_ config --entrypoint '["/weather"]' --cmd '' --user 65532:0 --workingdir / "$container"
buildah_ commit --quiet --timestamp 0 --rm "$container" "$image" >/dev/null
rm -f "$out/weather.tar"
buildah_ push --quiet "$image" "docker-archive:$out/weather.tar:$image"
printf '%-20s %s  %s\n' weather "$(du --apparent-size -h "$out/weather.tar" | cut -f1)" "$image"
