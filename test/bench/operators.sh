#!/usr/bin/env bash
# toolhive-operator beside an operator on controller-runtime that does the same:  operators.sh BIN_DIR OUT_DIR
# REGISTRIES (50) with TOOLS (5000) MCPTools in all on a control plane without nodes, ROUNDS (3) turns of each. Prints a table and keeps it
# in OUT_DIR/bench-operators.txt, all samples in .json. README.md says what is measured, and how.
set -euo pipefail

bin=$(readlink -f "${1:?usage: operators.sh BIN_DIR OUT_DIR}")
mkdir -p "${2:?usage: operators.sh BIN_DIR OUT_DIR}"
out=$(readlink -f "$2")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
sources=$root/test/bench/controllers
cluster_command=$(cd "$sources/../../cluster" && pwd)/cluster
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/toolhive-operator
# shellcheck disable=SC1091 # checked on its own
source "$root/test/bench/peers.sh"

"$(build_go bench-driver driver)" operators --operator "cpp=$bin/toolhive-operator" --operator "go=$(build_go bench-operator operator)" \
  --cluster "$cluster_command" --crds "$root/crds" --registry "$bin/mcp-registry" --registries "${REGISTRIES:-50}" --tools "${TOOLS:-5000}" \
  --rounds "${ROUNDS:-3}" --json "$out/bench-operators.json" | tee "$out/bench-operators.txt"
