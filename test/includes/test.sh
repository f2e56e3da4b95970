#!/usr/bin/env bash
# The graph of includes: no circles, and no room includes what it does not link. The last line is "includes: N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
PYTHONPATH="$here:$here/../lib" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/test.py" "$here/../.."
