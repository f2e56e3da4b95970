#!/usr/bin/env bash
# The page at / in a real Chromium:  test.sh BUILD_DIR [WORDS]   only the tests with WORDS in their names, if given.
# Screenshots go to BUILD_DIR/screenshots. The last line is "page: N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=${1:?usage: test.sh BUILD_DIR [WORDS]}
mkdir -p "$build/screenshots"
# Debian's interpreter: python3-selenium belongs to it.
exec env PYTHONPATH="$here:$here/../lib" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/run.py" "$build" "${2:-}"
