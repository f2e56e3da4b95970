#!/usr/bin/env bash
# Makes what the upgrade test works with, in the folder OUT:  build.sh BUILD_DIR OUT
#
#   OUT/old        the sources of the version in `released`, compiled, with their images in OUT/old/build/images
#   OUT/new        this tree's, as its next version where it has still the old one's number, with images of what BUILD_DIR has
#   OUT/weather.tar  the image localhost/weather:upgrade of the MCP server
#   OUT/crdify     a link to the program that compares CRDs
# The old version is compiled once: a quarter of an hour on one processor.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$here/../..
build=${1:?usage: build.sh BUILD_DIR OUT}
mkdir -p "${2:?usage: build.sh BUILD_DIR OUT}"
out=$(cd "$2" && pwd)
bin=$(cd "$build/bin" && pwd)
read -r version commit < <(sed -n '/^[0-9]/p' "$here/released" | tail -n 1)

for part in common packages go build; do
  # shellcheck source=/dev/null # the parts that build Go programs
  source "$here/../cluster/lib/$part.sh"
done
link_flags+=([crdify]="")
title+=([crdify]="crdify")
package+=([crdify]=sigs.k8s.io/crdify)
build_program crdify
ln -sfn "$(program_path crdify)" "$out/crdify"

images() { # images TREE BIN VERSION
  if [[ -e $1/build/images/.complete && ! $2/toolhive-operator -nt $1/build/images/.complete ]]; then return; fi
  IMAGE_PREFIX=localhost IMAGE_TAG=$3 "$1/config/images/build.sh" "$2" "$1/build/images" >/dev/null
  touch "$1/build/images/.complete"
}

if [[ ! -e $out/old/.complete || $(<"$out/old/.complete") != "$commit" ]]; then
  git -C "$root" cat-file -e "$commit^{commit}" 2>/dev/null ||
    fail "the commit $commit, of which $version was made, is not in this repository: fetch its history (git fetch --unshallow)"
  rm -rf "$out/old"
  mkdir -p "$out/old/build"
  git -C "$root" archive "$commit" | tar --extract --directory "$out/old"
  say "compiling $version"
  (cd "$out/old" && cmake --preset release >build/release.log 2>&1) || fail "configuring failed: $out/old/build/release.log"
  ninja -C "$out/old/build/release" toolhive-operator mcp-registry mcp-bridge >"$out/old/build/ninja.log" 2>&1 ||
    fail "compiling $version failed: $out/old/build/ninja.log"
  printf '%s\n' "$commit" >"$out/old/.complete"
fi
images "$out/old" "$out/old/build/release/bin" "$version"

# The files as they are, committed or not.
find "$out/new" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} + 2>/dev/null || mkdir -p "$out/new"
(cd "$root" && git ls-files --cached --others --exclude-standard -z | tar --create --null --ignore-failed-read --files-from=- 2>/dev/null) |
  tar --extract --directory "$out/new"
new=$("$out/new/config/version.sh")
if [[ $new == "$version" ]]; then
  new=${version%.*.*}.$(($(cut -d . -f 2 <<<"$version") + 1)).0
  "$out/new/config/set-version.sh" "$new" >/dev/null
fi
images "$out/new" "$bin" "$new"

IMAGE_PREFIX=localhost IMAGE_TAG=upgrade "$here/../servers/build.sh" "$bin" "$out" weather >/dev/null
