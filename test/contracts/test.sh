#!/usr/bin/env bash
# What the registry says of changed contracts against an independent validator of JSON Schema, python3-jsonschema:
#   test.sh BUILD_DIR [SECONDS [SEED]]      20 seconds and seed 1 unless given; a seed of "random" is a new one, and printed.
# The last line is "contracts: N passed, N failed", one for each pair that is called compatible.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "${1:?usage: test.sh BUILD_DIR [SECONDS [SEED]]}")
exec env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/run.py" "$build/bin/contract_verdicts" "${2:-20}" "${3:-1}"
