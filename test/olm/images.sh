#!/usr/bin/env bash
# Puts images into the image registry at localhost:5000 of the cluster's network, where it must run, and prints "NAME IMAGE" of each, by digest:
#
#   images.sh programs ARCHIVES   those of our programs, and each with a "-next", which differs by a label
#   images.sh olm OPM CPB         those of the Jobs in which the Operator Lifecycle Manager unpacks bundles: opm and olm-util
#   images.sh bundle NAME FOLDER  that of a bundle
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
registry=localhost:5000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A storage of its own: nothing is left in the user's, and no storage driver is needed beyond plain copies.
buildah_() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }

# commit NAME CONTAINER: a fixed time makes equal content an equal image.
commit() {
  buildah_ commit --quiet --timestamp 0 --rm "$2" "$registry/$1:test" >/dev/null
  push "$1"
}
push() {
  buildah_ push --quiet --tls-verify=false --digestfile "$work/digest" "$registry/$1:test" "docker://$registry/$1:test" >/dev/null
  printf '%s %s@%s\n' "$1" "$registry/$1" "$(<"$work/digest")"
}

programs() { # programs ARCHIVES
  local name container
  for name in toolhive-operator mcp-registry mcp-bridge; do
    container=$(buildah_ from --quiet "docker-archive:$1/$name.tar")
    commit "$name" "$container"
    container=$(buildah_ from --quiet "$registry/$name:test")
    buildah_ config --label org.opencontainers.image.version=next "$container"
    commit "$name-next" "$container"
  done
}

olm() { # olm OPM CPB
  local container
  mkdir -p "$work/opm/bin"
  cp "$1" "$work/opm/bin/opm"
  container=$(buildah_ from scratch)
  buildah_ copy --quiet "$container" "$work/opm" / >/dev/null
  buildah_ config --env PATH=/bin "$container"
  commit opm "$container"

  # The Jobs call it by this path, with the -R and -v of every cp.
  "$here/../../config/images/closure.sh" "$(readlink -f "$(command -v cp)")" "$work/util"
  ln -s usr/bin "$work/util/bin"
  cp "$2" "$work/util/usr/bin/cpb"
  container=$(buildah_ from scratch)
  buildah_ copy --quiet "$container" "$work/util" / >/dev/null
  commit olm-util "$container"
}

bundle() { # bundle NAME FOLDER
  buildah_ build --quiet --timestamp 0 --file "$2/Containerfile" --tag "$registry/$1:test" "$2" >/dev/null
  push "$1"
}

"$@"
