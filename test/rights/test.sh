#!/usr/bin/env bash
# Holds the bundle's rights against the audit log of the cluster of KUBECONFIG, on which the end-to-end tests have run:  test.sh [WORDS]
# With WORDS only the tests with them in their names. The last line is "rights: N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
: "${KUBECONFIG:?start this through test/run.sh rights}"
KUBECTL=$("$here/../cluster/cluster" build)
export KUBECTL KUBECONFIG
PYTHONPATH="$here:$here/../manifests:$here/../lib" PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$here/run.py" "${1:-}"
