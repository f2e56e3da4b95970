#!/usr/bin/env bash
# What `make release` lays out, made twice:  test.sh BUILD_DIR [WORDS]
# With WORDS only the tests with them in their names. The last line is "release: N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "${1:?usage: test.sh BUILD_DIR [WORDS]}")
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator
venv=$cache/spdx-$(sha256sum "$here/requirements.txt" | head -c 16)
if [[ ! -x $venv/bin/pyspdxtools ]]; then
  echo "installing spdx-tools" >&2
  mkdir -p "$cache"
  rm -rf "$venv.new" "$venv"
  /usr/bin/python3 -m venv "$venv.new"
  "$venv.new/bin/pip" --quiet --disable-pip-version-check install --require-hashes --no-deps --only-binary :all: -r "$here/requirements.txt"
  mv "$venv.new" "$venv"
fi
mapfile -t tools < <("$here/../manifests/tools.sh" helm krew validate-krew-manifest)
unset IMAGE_PREFIX IMAGE_TAG OPERATOR_IMAGE REGISTRY_IMAGE BRIDGE_IMAGE NAMESPACE RELEASE_KEY
HELM=${tools[0]} KREW=${tools[1]} VALIDATE_KREW_MANIFEST=${tools[2]} SPDX="$venv/bin/python" PYTHONPATH="$here/../lib" PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$here/release_test.py" \
  "$build" "${2:-}"
