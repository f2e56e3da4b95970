#!/usr/bin/env bash
# Lays out a release:  build.sh BIN_DIR OUT
#
# In the folder OUT: the images, what people install from, kubectl-mcp, an SBOM of each (SPDX 2.3), and SHA256SUMS. With RELEASE_KEY, a
# file with a private key in PEM, also SHA256SUMS.sig. The same programs give the same bytes: times are those of the commit, or of
# SOURCE_DATE_EPOCH. IMAGE_PREFIX and the like name the images as for config/deploy.sh.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
bin_dir=$(readlink -f "${1:?usage: build.sh BIN_DIR OUT}")
out=${2:?usage: build.sh BIN_DIR OUT}
version=$("$root/config/version.sh")
export IMAGE_TAG=${IMAGE_TAG:-$version}
images=(toolhive-operator mcp-registry mcp-bridge)

fail() {
  echo "build.sh: $*" >&2
  exit 1
}
if [[ -n ${RELEASE_KEY:-} ]]; then
  openssl pkey -in "$RELEASE_KEY" -noout 2>/dev/null || fail "RELEASE_KEY: $RELEASE_KEY is no private key in PEM"
fi
[[ ! -e $out || -z $(ls -A "$out") ]] || fail "$out is not empty: remove it first, so that nothing of another release stays in it"
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null)} || fail "no git history here: give SOURCE_DATE_EPOCH"
created=$(date --utc --date="@$epoch" +%FT%TZ)

mkdir -p "$out/sbom"
out=$(readlink -f "$out")
"$root/config/images/build.sh" "$bin_dir" "$out/images"
sbom() { # sbom NAME FILE
  "$root/config/images/components.sh" "$bin_dir/$1" | if [[ $1 == mcp-bridge || $1 == kubectl-mcp ]]; then cat; else
    dpkg-query --show --showformat 'authorities ${Package} ${Version}\n' ca-certificates
    cat
  fi | PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/sbom" "$1" "$version" "$created" "$2" >"$out/sbom/$1.spdx.json"
}
for name in "${images[@]}"; do sbom "$name" "$out/images/$name.tar"; done
sbom kubectl-mcp "$bin_dir/kubectl-mcp"
"$root/config/krew/build.sh" "$bin_dir/kubectl-mcp" "$out/krew" >/dev/null

archive() { # archive FILE FOLDER...: of folders in the present one
  tar --create --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --mode=a+rX,u+w,go-w "${@:2}" | gzip --no-name --best >"$1"
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/manifests/generate.sh" install "$out/install.yaml"
cp -r "$root/manifests/chart" "$work/toolhive-operator"
"$root/manifests/generate.sh" chart "$work/toolhive-operator"
"$root/manifests/generate.sh" bundle "$work/bundle"
cd "$work"
archive "$out/toolhive-operator-$version.tgz" toolhive-operator # as `helm package` names it
archive "$out/bundle-$version.tar.gz" bundle

cd "$out"
find . -type f ! -name 'SHA256SUMS*' -printf '%P\0' | sort -z | xargs -0 sha256sum >SHA256SUMS
if [[ -n ${RELEASE_KEY:-} ]]; then
  openssl dgst -sha256 -sign "$RELEASE_KEY" -out SHA256SUMS.sig SHA256SUMS
else
  echo "SHA256SUMS is not signed: RELEASE_KEY names no key" >&2
fi
echo "$out"
