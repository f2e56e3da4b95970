#!/usr/bin/env bash
# What people install from, held to config/ and crds/, and the ways to install to each other:  test.sh [WORDS]
# With WORDS only the tests with them in their names. KUBECONFIG is that of an API server for them. The last line is "manifests: N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
KUBECTL=${KUBECTL:-$("$here/../cluster/cluster" build)}
mapfile -t tools < <("$here/tools.sh" helm validate)
export KUBECTL HELM=${tools[0]} VALIDATE=${tools[1]}
# The images of the files in manifests/.
unset IMAGE_PREFIX IMAGE_TAG OPERATOR_IMAGE REGISTRY_IMAGE BRIDGE_IMAGE NAMESPACE
PYTHONPATH="$here:$here/../lib" PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$here/run.py" "${1:-}"
