#!/usr/bin/env bash
# The OpenAPI document and the registry against each other, with requests that schemathesis makes up:
#   test.sh BUILD_DIR [SECONDS [SEED]]      25 seconds and seed 1 unless given; a seed of "random" is a new one, and printed.
# The last line is "schemathesis: N passed, N failed", one for each operation and one for sequences of them.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "${1:?usage: test.sh BUILD_DIR [SECONDS [SEED]]}")
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator
key=$(sha256sum "$here/requirements.txt" | head -c 16)
venv=$cache/schemathesis-$key
if [[ ! -x $venv/bin/schemathesis ]]; then
  echo "installing schemathesis" >&2
  mkdir -p "$cache"
  rm -rf "$venv.new"
  /usr/bin/python3 -m venv "$venv.new"
  "$venv.new/bin/pip" --quiet --disable-pip-version-check install --require-hashes --no-deps --only-binary :all: -r "$here/requirements.txt"
  rm -rf "$venv"
  mv "$venv.new" "$venv"
fi
exec env PYTHONPATH="$here/../lib:$here/../page" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/run.py" "$build" \
  "$venv/bin/python" "${2:-25}" "${3:-1}"
