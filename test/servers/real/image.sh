#!/usr/bin/env bash
# An image with a Node and the npm servers of this folder, which speak over stdio:  image.sh OUT_DIR IMAGE  writes
# OUT_DIR/npm-servers.tar.
# A server is run by: /usr/bin/node /node_modules/PACKAGE/dist/index.js
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
out=$(readlink -f "${1:?usage: image.sh OUT_DIR IMAGE}")
tools=$("$here/tools.sh")
image=${2:?usage: image.sh OUT_DIR IMAGE}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/../../../config/images/closure.sh" "$(readlink -f "$tools/node")" "$work/root"
mkdir "$work/root/node_modules"
tar -C "$tools/node_modules" --exclude=./kubernetes-mcp-server-linux-amd64 -cf - . | tar -C "$work/root/node_modules" -xf -

buildah_() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
container=$(buildah_ from scratch)
buildah_ copy --quiet --chown 0:0 "$container" "$work/root" / >/dev/null
buildah_ config --entrypoint '["/usr/bin/node"]' --cmd '' --user 65532:0 --workingdir / "$container"
buildah_ commit --quiet --timestamp 0 --rm "$container" "$image" >/dev/null
rm -f "$out/npm-servers.tar"
buildah_ push --quiet "$image" "docker-archive:$out/npm-servers.tar:$image"
