#!/usr/bin/env bash
# The examples of docs/api-reference.md against the registry, the reasons in docs/troubleshooting.md against the code, and the tests that
# docs/capability-levels.md names:
#   test.sh BUILD_DIR. The last line is "docs: N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "${1:?usage: test.sh BUILD_DIR}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/../official/build.sh" "$work"
PYTHONPATH="$here:$here/../lib" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/run.py" "$build" "$here/../../docs/api-reference.md" "$work"
